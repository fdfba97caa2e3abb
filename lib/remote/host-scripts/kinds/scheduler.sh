# A cluster's scheduler: created everywhere, running in one cluster of a deployment.
# shellcheck shell=bash

converge() {
    local unit
    unit=$(param unit)
    forget_other_creation
    create_directory "$(file create)"
    if [ "$(param active)" = true ]; then
        install_file "$(file unit)" "/etc/systemd/system/$unit" 0644 root
    else
        remove_unit "$unit"
    fi
}

# When the schedulers of all other clusters have stopped.
start() {
    local unit
    unit=$(param unit)
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

listens() {
    reaches "$(param bind)" "$(param port)"
}

remove() {
    remove_unit "$(param unit)"
    rm -rf -- "$(param path)"
}
