# The Zato load-balancer of a cluster. It lists the cluster's servers; one that is listed no more is removed here, since
# Terraform does not run what is no longer in its configuration.
# shellcheck shell=bash

converge() {
    local unit folder certificates=()
    unit=$(param unit) folder=$(param folder)
    own_configuration_folder "$(dirname "$folder")"
    roots_folder "$folder" 0750 zato
    install_certificate certificate 0640 root:zato
    install_certificate web_admin_certificate 0640 root:zato
    install_haproxy_config "$(file config)" "$folder/haproxy.cfg" 0640 root:zato
    install_unit "$unit"
    drain_other_servers
    use_haproxy_config "$unit" "$folder/haproxy.cfg" "${certificates[@]}"
    wait_until 120 "an answer through the load-balancer" answers "$(param health_url)" ||
        fail "no answer to $(param health_url) after 120 s; see 'sudo journalctl -u $unit'"
    ! is_out_of_all || touch "$state/taken-out"
    put_cluster_back
    remove_other_servers
    record_configuration
}

# All requests of the cluster come through here.
before_restart() {
    take_cluster_out
}

when_failed() {
    put_cluster_back
    where_it_stopped
}

other_servers() {
    local folder
    for folder in $(folders_of_this_cluster server); do
        grep -qxF "$(basename "$folder")" "$(param_file servers)" || printf '%s\n' "$folder"
    done
}

drain_other_servers() {
    local folder seconds
    seconds=$(param drain_seconds)
    for folder in $(other_servers); do
        (enter_component "$folder" && haproxy_drain "$(param load_balancer_socket)" "$(param back_end)" "$seconds")
    done
}

remove_other_servers() {
    local folder
    for folder in $(other_servers); do
        remove_server "$folder"
    done
}

remove_server() {
    progress "removing the server $(basename "$1"), which is no longer declared"
    (
        enter_component "$1"
        # shellcheck source=server.sh
        . "$scripts/kinds/server.sh"
        remove
        sql "delete from $(odb_quoted server) where name = '$(param server)'"
    )
    rm -rf -- "$1"
}

drift() {
    local unit config
    unit=$(param unit) config=$(param folder)/haproxy.cfg
    check_use "$unit" started "/etc/systemd/system/$unit"
    check_use "$unit" loaded "$config"
    ! is_out_of_all || found "balancers in front are told to leave the cluster alone, by hand or since a deploy or a restore was cut off; run a restore again before all else"
}

# Balancers in front may still know of the cluster, if it is removed alone.
remove() {
    take_cluster_out
    remove_unit "$(param unit)"
    rm -rf -- "$(param folder)"
}
