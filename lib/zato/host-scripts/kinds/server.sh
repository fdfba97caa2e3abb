# A Zato server: its folder, its environment file, its unit. A change is a drained restart.
# shellcheck shell=bash

converge() {
    local unit files
    unit=$(param unit)
    files=("$(param environment_file)" "/etc/systemd/system/$unit")
    back_up_before_other_code "/etc/systemd/system/$unit"
    of_release prepare_server
    make_room
    retire_scheduler_of_another_release
    create_directory "$(file create)"
    of_release set_address
    install_scripts
    install_environment
    install_unit "$unit"
    bring_requirements
    if ! in_use "$unit" started "${files[@]}"; then
        restart
        note_use started "${files[@]}"
    fi
    wait_for_workers
    close_open_channels
    note_baseline
    put_back
    record_configuration
}

# restart: without a request being lost, if there is another server, or another cluster.
restart() {
    drain
    progress "starting"
    note_server_log
    # Counts restarts from zero, which a restart between two of systemd's own does not.
    systemctl reset-failed "$(param unit)" 2>/dev/null || true
    # What is wrong with it is found out, and told, by what comes next.
    systemctl restart "$(param unit)" || true
}

drain() {
    local socket back_end
    socket=$(param load_balancer_socket) back_end=$(param back_end)
    if systemctl is-active --quiet "$(param unit)"; then
        if awaits_content || ! haproxy_has_others "$socket" "$back_end"; then take_cluster_out; fi
    fi
    # Also where it does not run, so that its start leaves it to us when it is put back.
    haproxy_drain "$socket" "$back_end" "$(at_load_balancer param drain_seconds)"
    rm -f "$(held_mark "$(basename "$state")")"
}

wait_for_workers() {
    local address
    address=$(param address)
    wait_until 300 "an answer to $(param health_url)" answers_or_gives_up "$(param health_url)"
    answers "$(param health_url)" ||
        fail "no answer to $(param health_url); see 'sudo journalctl -u $(param unit)' and $(param path)/logs/server.log"
    wait_until 300 "$(param workers) workers" all_workers_answer "$address" "$(param workers)" ||
        fail "not all $(param workers) workers answer after 300 s$(why_not_all "$address"); see $(param path)/logs/server.log"
}

# why_not_all ADDRESS: what the server's admin API says, or who has its port.
why_not_all() {
    admin "$1" count-workers 2>&1 >/dev/null | tail -n 1 | sed 's/^[a-z-]*//' || true
}

# A server that ended five times will end a sixth time: systemd starts it again every few seconds.
answers_or_gives_up() {
    answers "$1" || [ "$(systemctl show --property NRestarts --value "$(param unit)")" -ge 5 ]
}

# It gets requests again when it has what the cluster runs, and the load-balancer itself finds that it answers.
put_back() {
    local socket back_end
    socket=$(param load_balancer_socket) back_end=$(param back_end)
    if awaits_content; then
        progress "it gets no requests until the cluster has what it runs"
        return
    fi
    check_services_of_content
    wait_until 60 "the load-balancer to reach it" haproxy_is_healthy "$socket" "$back_end" ||
        fail "the load-balancer does not reach it; see 'show stat' on $socket"
    haproxy_ready "$socket" "$back_end"
    haproxy_undo "$socket" "$back_end"
    put_cluster_back
}

# check_services_of_content: those that were verified last, or live before a deploy that brings others, must be loaded by all workers, or
# requests for them would be lost.
check_services_of_content() {
    local folder services
    folder=$(folders_of_this_cluster content)
    [ -n "$folder" ] || return 0
    services=$folder/needed
    if [ -f "$folder/verified" ]; then
        on_disk "$(unpack_manifest "$folder/verified" "$work/verified" && param_file services)" >"$work/to-be-live"
        services=$work/to-be-live
    fi
    [ -s "$services" ] || return 0
    # It has imported all that it can before it answers.
    wait_until 30 "its services" has_services "$services" && return
    left_out=yes
    has_services "$services" >"$work/missing" 2>&1 || true
    fail "the services are not live on $(param address), so it stays out of the load-balancer: $(tail -n 5 "$work/missing")$(said_by_server "$(param address)" "$services")"
}

# on_disk FILE: of the services of FILE those whose file is as it was brought. What somebody has changed or removed since is put right by the
# cluster's content, which comes later.
on_disk() {
    { find "$(param hot_deploy)" -name '*.py' -exec sha256sum {} + || true; } | cut -d ' ' -f 1 >"$work/on-disk"
    grep -F -f "$work/on-disk" "$1" || true
}

has_services() {
    admin "$(param address)" services "$(for_zato "$1")" "$(param workers)"
}

when_failed() {
    leave_to_checks
    awaits_content || put_cluster_back
    where_it_stopped
}

# leave_to_checks: unless it would answer wrongly, those of the load-balancer decide again: it comes back by itself once it works.
leave_to_checks() {
    awaits_content || [ -n "${left_out:-}" ] || haproxy_leave_to_checks "$(param load_balancer_socket)" "$(param back_end)"
}

# Services need the packages that content requires in the build that the server is about to get, too.
bring_requirements() {
    local folder
    folder=$(folders_of_this_cluster content)
    [ ! -f "$folder/requirements" ] || need_requirements "$folder/requirements"
}

# Before the server's folder is created, or created anew for another secret. A row without a folder makes Zato refuse
# (exit 7), and leave a folder that looks complete.
make_room() {
    if is_created "$(file create)"; then return; fi
    drain
    systemctl stop "$(param unit)" 2>/dev/null || true
    adopt_odb_password
    sql "delete from $(odb_quoted server) where name = '$(param server)'"
}

# retire_scheduler_of_another_release: servers of this one that are told of the same port would be answered by it what they cannot read. The
# cluster's scheduler has its turn when the servers have had theirs; until then a boot does not start it either.
retire_scheduler_of_another_release() {
    local folder unit
    for folder in $(folders_of_this_cluster scheduler); do
        if is_of_this_release "$folder/manifest"; then continue; fi
        unit=$(enter_component "$folder" && param unit)
        if systemctl is-active --quiet "$unit"; then progress "stopping the scheduler, which is that of another release, until all servers are of this one"; fi
        systemctl disable --now --quiet "$unit" 2>/dev/null || true
    done
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
    if [ -f "$baseline" ]; then cp "$baseline" "$work/baseline"; else admin "$(param address)" baseline >"$work/baseline"; fi
    install_file "$work/baseline" "$baseline" 0600 root
}

drift() {
    local unit
    unit=$(param unit)
    check_use "$unit" started "$(param environment_file)" "/etc/systemd/system/$unit"
    if [ -e "$(held_mark "$(basename "$state")")" ]; then
        found "it gets no requests, since it lacks what the cluster ran; see 'sudo journalctl -u $unit'"
    else
        check_in_rotation "$(param load_balancer_socket)" "$(param back_end)"
    fi
}

remove() {
    remove_unit "$(param unit)"
    rm -rf -- "$(param path)"
    rm -f "$(param environment_file)"
}
