# A Zato server: its folder, its environment file, its unit. A change is a drained restart.
# shellcheck shell=bash

converge() {
    local unit files
    unit=$(param unit)
    files=("$(param environment_file)" "/etc/systemd/system/$unit")
    forget_half_created_server
    create_directory "$(file create)"
    set_port
    install -d -m 0755 "/etc/zato" "/etc/zato/$(param cluster)"
    install_file "$(file environment)" "$(param environment_file)" 0600 root
    install_unit "$unit"
    if ! in_use "$unit" started "${files[@]}"; then
        restart
        note_use started "${files[@]}"
    fi
    wait_for_workers
    close_open_channels
    note_baseline
    put_back
}

# restart: without a request being lost, if there is another server.
restart() {
    if systemctl is-active --quiet "$(param unit)"; then
        haproxy_drain "$(param load_balancer_socket)" "$(param back_end)" "$(param drain_seconds)"
    fi
    progress "starting"
    systemctl restart "$(param unit)"
}

wait_for_workers() {
    local address
    address=$(param address)
    wait_until 300 /zato/ping answers "http://$address/zato/ping" ||
        fail "no answer to http://$address/zato/ping after 300 s; see 'journalctl -u $(param unit)' and $(param path)/logs/server.log"
    wait_until 300 "$(param workers) workers" all_workers_answer "$address" "$(param workers)" ||
        fail "not all $(param workers) workers answer after 300 s; see $(param path)/logs/server.log"
}

put_back() {
    haproxy_ready "$(param load_balancer_socket)" "$(param back_end)"
}

# A row without a folder makes Zato refuse (exit 7), and leave a folder that looks complete.
forget_half_created_server() {
    if [ -f "$state/created" ] && [ -d "$(param path)" ]; then return; fi
    sql "delete from $(odb_quoted server) where name = '$(param server)'"
}

# The environment overrides the configuration file, but Zato's command line reads the file alone.
set_port() {
    local conf wanted
    conf=$(param path)/config/repo/server.conf
    wanted="gunicorn_bind=$(param address)"
    if grep -qxF "$wanted" "$conf"; then return; fi
    sed "s/^gunicorn_bind=.*/$wanted/" "$conf" >"$work/server.conf"
    install_file "$work/server.conf" "$conf" 0600 zato
}

close_open_channels() {
    local paths
    mapfile -t paths < <(param closed_channels)
    [ -z "${paths[*]}" ] || admin "$(param address)" close-channels "${paths[@]}" ||
        fail "the channels that anybody may call could not be deleted"
}

# What a new cluster has out of the box is never taken for somebody's own.
note_baseline() {
    local baseline
    baseline=$STATE/baseline-$(param cluster).json
    [ -f "$baseline" ] || admin "$(param address)" baseline "$baseline"
}

remove() {
    remove_unit "$(param unit)"
    rm -rf -- "$(param path)"
    rm -f "$(param environment_file)"
}
