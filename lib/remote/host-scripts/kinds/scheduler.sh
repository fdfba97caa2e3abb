# A cluster's scheduler: created everywhere, running in one cluster of a deployment.
# shellcheck shell=bash

converge() {
    local unit
    unit=$(param unit)
    create_directory "$(file create)"
    if [ "$(param active)" != true ]; then
        remove_unit "$unit"
        return
    fi
    install_unit "$unit"
    in_use "$unit" || systemctl restart "$unit"
    wait_until 60 "the scheduler" listens || fail "the scheduler does not listen on $(param bind):$(param port); see 'journalctl -u $unit'"
}

listens() {
    reaches "$(param bind)" "$(param port)"
}

remove() {
    remove_unit "$(param unit)"
    rm -rf -- "$(param path)"
}
