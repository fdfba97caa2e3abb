# A cluster's web-admin.
# shellcheck shell=bash

converge() {
    local unit files
    unit=$(param unit)
    files=("$state/created" "$state/bind" "/etc/systemd/system/$unit")
    install_secrets "$CONFIG/secrets/$(param cluster)" "$staged"
    create_directory "$(file create)"
    set_password
    set_bind
    install_unit "$unit"
    if ! in_use "$unit" started "${files[@]}"; then
        systemctl restart "$unit"
        note_use started "${files[@]}"
    fi
    wait_until 120 "web-admin's log-in page" answers "http://$(param address)/accounts/login/" ||
        fail "no answer to http://$(param address)/accounts/login/ after 120 s; see 'sudo journalctl -u $unit'"
    record_configuration
}

# Set whenever it differs from what we set last: that is what the stamp, a salted hash, is for.
set_password() {
    local stamp=$state/password secret
    secret=$(secret_file web_admin_password)
    if is_hash_of "$stamp" cat "$secret"; then return; fi
    progress "setting the password of $(param web_admin_user)"
    zato_from_config "$(file update_password)" password_secrets || fail "the password of web-admin could not be set"
    salted_hash "$(random_key)" <"$secret" >"$stamp"
}

# Only a web-admin without gunicorn reads these from its configuration.
set_bind() {
    printf '%s\n' "$(param bind)" "$(param port)" >"$work/bind"
    [ -z "$(param bind)" ] || edit_as_zato "$(param path)/config/repo/web-admin.conf" \
        "s/^(\s*\"host\"\s*:\s*\")[^\"]*/\1$(param bind)/; s/^(\s*\"port\"\s*:\s*)[0-9]+/\1$(param port)/" ||
        fail "the address cannot be written into web-admin.conf; see the log"
    install_file "$work/bind" "$state/bind" 0600 root
}

drift() {
    local unit
    unit=$(param unit)
    check_use "$unit" started "$state/created" "$state/bind" "/etc/systemd/system/$unit"
}

remove() {
    remove_unit "$(param unit)"
    rm -rf -- "$(param path)"
}
