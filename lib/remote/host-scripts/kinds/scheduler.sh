# A cluster's scheduler: created everywhere, running in one cluster of a deployment.
# shellcheck shell=bash

converge() {
    local unit
    unit=$(param unit)
    forget_other_creation
    create_directory "$(file create)"
    if [ "$(param active)" = true ]; then
        install_file "$(file unit)" "/etc/systemd/system/$unit" 0644 root
        remove_overrides "$unit"
    else
        remove_unit "$unit"
    fi
    systemctl is-active --quiet "$unit" || touch "$state/passive"
}

# When the schedulers of all other clusters have stopped.
start() {
    local unit
    unit=$(param unit)
    forget_what_servers_still_tell
    systemctl daemon-reload
    systemctl enable --quiet "$unit"
    systemctl restart "$unit"
    wait_until 60 "the scheduler" listens ||
        fail "the scheduler does not listen on $(param bind):$(param port); see 'journalctl -u $unit'"
}

# Zato writes addresses and ports into the scheduler's folder when it creates it. Jobs are in the ODB: only logs are lost.
forget_other_creation() {
    cmp -s "$(file create)" "$state/created" || rm -f "$state/created"
}

# While no scheduler ran here, each server has kept retrying to tell it of jobs that it had stored already. It would hear of
# them twice, and run them twice.
forget_what_servers_still_tell() {
    [ -f "$state/passive" ] || return 0
    [ -z "$(sql 'select id from job limit 1')" ] || restart_servers
    rm -f "$state/passive"
}

listens() {
    reaches "$(param bind)" "$(param port)"
}

drift() {
    if [ "$(param active)" = true ]; then
        check_unit "$(param unit)"
    elif systemctl is-active --quiet "$(param unit)"; then
        found "$(param unit) runs, though the scheduler of another cluster does: every job runs twice"
    fi
}

remove() {
    remove_unit "$(param unit)"
    rm -rf -- "$(param path)"
}
