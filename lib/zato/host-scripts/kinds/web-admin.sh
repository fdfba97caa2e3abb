# A cluster's web-admin.
# shellcheck shell=bash

converge() {
    local unit files
    unit=$(param unit)
    files=("$state/created" "$state/bind" "/etc/systemd/system/$unit")
    install_secrets "$CONFIG/secrets/$(param cluster)" "$staged"
    create_directory "$(file create)"
    if [ -n "$(param environment_file)" ]; then
        install_environment
        files+=("$(param environment_file)")
    fi
    set_password
    of_release set_bind
    install_unit "$unit"
    if ! in_use "$unit" started "${files[@]}"; then
        systemctl restart "$unit"
        note_use started "${files[@]}"
    fi
    wait_until 120 "web-admin's log-in page" answers "http://$(param address)$(param log_in_path)" ||
        fail "no answer to http://$(param address)$(param log_in_path) after 120 s; see 'sudo journalctl -u $unit'"
    record_configuration
}

# Set whenever it differs from what we set last: that is what the stamp, a salted hash, is for. What was created since may have another
# database, in which nobody has set it.
set_password() {
    local stamp=$state/password secret
    secret=$(secret_file web_admin_password)
    if [ ! "$state/created" -nt "$stamp" ] && is_hash_of "$stamp" cat "$secret"; then return; fi
    progress "setting the password of $(param web_admin_user)"
    zato_from_config "$(file update_password)" password_secrets || fail "the password of web-admin could not be set"
    salted_hash "$(random_key)" <"$secret" >"$stamp"
}

drift() {
    local unit
    unit=$(param unit)
    # shellcheck disable=SC2046 # there may be no environment file
    check_use "$unit" started "$state/created" "$state/bind" "/etc/systemd/system/$unit" $(param environment_file)
}

remove() {
    remove_unit "$(param unit)"
    rm -rf -- "$(param path)"
    [ -z "$(param environment_file)" ] || rm -f "$(param environment_file)"
}
