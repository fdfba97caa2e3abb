# The Zato load-balancer of a cluster. It lists the cluster's servers; one that is listed no more is removed here, since
# Terraform does not run what is no longer in its configuration.
# shellcheck shell=bash

converge() {
    local unit path
    unit=$(param unit) path=$(param path)
    create_directory "$(file create)"
    install_haproxy_config "$(file config)" "$path/config/repo/zato.config" zato
    install_unit "$unit"
    use_haproxy_config "$unit" "$path/config/repo/zato.config"
    wait_until 120 "/zato/ping through the load-balancer" answers "http://$(param address)/zato/ping" ||
        fail "no answer to http://$(param address)/zato/ping after 120 s; see 'journalctl -u $unit'"
    remove_other_servers
}

remove_other_servers() {
    local folder
    for folder in "$STATE"/components/*/; do
        is_server_of_this_cluster "$folder" || continue
        grep -qxF "$(basename "$folder")" "$(param_file servers)" || remove_server "$folder"
    done
}

remove_server() {
    progress "removing the server $(basename "$1"), which is no longer declared"
    (
        unpack_manifest "$1/manifest" "$work/other"
        # shellcheck source=server.sh
        . "$scripts/kinds/server.sh"
        remove
        sql "delete from $(odb_quoted server) where name = '$(param server)'"
    )
    rm -rf -- "$1"
}

remove() {
    remove_unit "$(param unit)"
    rm -rf -- "$(param path)"
}
