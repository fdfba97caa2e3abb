# A cluster's scheduler: created everywhere, running in one cluster of a deployment.
# shellcheck shell=bash

converge() {
    local unit
    unit=$(param unit)
    systemctl is-active --quiet "$unit" || touch "$state/passive"
    adopt_admin_password
    of_release create_scheduler
    if [ "$(param active)" = true ]; then
        install_idle_unit "$unit"
        record enabled "$unit" enabled
        record running "$unit" active
    else
        remove_unit "$unit"
        touch "$state/passive"
    fi
    [ -n "$(param own_redis)" ] || remove_former_redis
    record_configuration
}

# When the schedulers of all other clusters have stopped.
start() {
    local unit
    unit=$(param unit)
    of_release forget_what_servers_still_tell
    enable_unit "$unit"
    systemctl restart "$unit"
    wait_until 60 "the scheduler" listens ||
        fail "the scheduler does not listen on $(param bind):$(param port); see 'sudo journalctl -u $unit'"
}

# Servers may have been restarted for it.
when_failed() {
    put_cluster_back
    where_it_stopped
}

# remove_former_redis: one of the cluster's own that is no longer declared: Terraform does not run the removal of what is no longer in its
# configuration, and nothing of the cluster uses it by now.
remove_former_redis() {
    local folder
    for folder in $(folders_of_this_cluster redis); do
        progress "removing the cluster's own Redis, which is no longer declared"
        (
            enter_component "$folder"
            # shellcheck source=redis.sh
            . "$scripts/kinds/redis.sh"
            remove
        )
        rm -rf -- "$folder"
    done
}

# The scheduler is what uses it all the time, and is made anew with the new one at once.
adopt_admin_password() {
    local former address
    former=$(secret_file admin_invoke_password.former)
    [ -f "$former" ] || return 0
    progress "changing the password of admin.invoke"
    systemctl stop "$(param unit)" 2>/dev/null || true
    address=$(enter_component "$(folders_of_this_cluster server | sed -n 1p)" && param address)
    of_release change_admin_password "$address" || fail "the password of admin.invoke could not be changed; see the log"
    rm -f "$former"
}

listens() {
    reaches "$(param bind)" "$(param port)"
}

drift() {
    if [ "$(param active)" != true ] && systemctl is-active --quiet "$(param unit)"; then
        found "$(param unit) runs, though the scheduler of another cluster does: every job runs twice"
    fi
}

remove() {
    remove_unit "$(param unit)"
    rm -rf -- "$(param path)"
    [ -z "$(param environment_file)" ] || rm -f "$(param environment_file)"
}
