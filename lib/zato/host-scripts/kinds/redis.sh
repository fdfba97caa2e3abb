# A cluster's own Redis: an instance beside whatever Redis the host has.
# shellcheck shell=bash

converge() {
    local unit config
    unit=$(param unit) config=$(param folder)/redis.conf
    bring_password
    need_packages_stopped redis-server.service redis-server
    own_cluster_folder
    folder_of_zato "$(param path)"
    own_configuration_folder "$(dirname "$(param folder)")"
    roots_folder "$(param folder)" 0750 zato
    install_file "$(file config)" "$config" 0640 root:zato
    install_users
    install_unit "$unit"
    if ! in_use "$unit" started "$config" "/etc/systemd/system/$unit"; then
        systemctl restart "$unit" || true
        note_use started "$config" "/etc/systemd/system/$unit"
        note_use loaded "$(users_file)"
    fi
    use_users
}

# What runs goes on with the password of before until it has been restarted.
bring_password() {
    local former
    keep_former redis_password
    install_secrets "$CONFIG/secrets/$(param cluster)" "$staged"
    former=$(secret_file redis_password.former)
    ! cmp -s "$former" "$(secret_file redis_password)" || rm -f "$former"
}

users_file() {
    printf '%s' "$(param folder)/users.acl"
}

# install_users: one, with both passwords while the former one is still used. There are no rules for channels before 6.2.
install_users() {
    local secret passwords='' channels=allchannels
    for secret in redis_password redis_password.former; do
        [ ! -f "$(secret_file "$secret")" ] || passwords+=" #$(sha256sum <"$(secret_file "$secret")" | cut -d ' ' -f 1)"
    done
    [ "$(printf '%s\n' 6.2 "$(redis_version)" | sort -V | head -n 1)" = 6.2 ] || channels=
    printf 'user default on%s allkeys +@all%s\n' "$passwords" "${channels:+ $channels}" >"$work/users.acl"
    install_file "$work/users.acl" "$(users_file)" 0640 root:zato
}

# use_users: without a restart, which would take its clients' connections, unless no password that is known lets anybody in.
use_users() {
    local address port
    address=$(param bind) port=$(param port)
    if redis_refuses "$address" "$port"; then
        progress "Redis runs with another password than it was given: restarting it"
        systemctl restart "$(param unit)" || true
        note_use loaded "$(users_file)"
    fi
    wait_until 60 "Redis" redis_answers "$address" "$port" ||
        fail "the cluster's Redis does not answer on $address:$port; see 'sudo journalctl -u $(param unit)'"
    if ! in_use "$(param unit)" loaded "$(users_file)"; then
        redis_asked "$address" "$port" acl load || fail "the cluster's Redis does not take its new password; see the log"
        note_use loaded "$(users_file)"
    fi
}

# forget_former_password: when nothing uses it any more. Whoever sees to that is another component, whose notes are none of this one.
forget_former_password() {
    local others=$work work
    work=$(mktemp -d "$others/redis.XXXXXX")
    rm -f "$(secret_file redis_password.former)"
    install_users
    use_users
    extend_ledger
}

drift() {
    local unit
    unit=$(param unit)
    check_use "$unit" started "$(param folder)/redis.conf" "/etc/systemd/system/$unit"
    check_use "$unit" loaded "$(users_file)"
    ! systemctl is-active --quiet "$unit" || redis_answers "$(param bind)" "$(param port)" ||
        found "the cluster's Redis does not answer, or not to the password that it was given"
}

remove() {
    remove_unit "$(param unit)"
    rm -rf -- "$(param path)" "$(param folder)"
}
