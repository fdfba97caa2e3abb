# A cluster's web-admin.
# shellcheck shell=bash

converge() {
    local unit files
    unit=$(param unit)
    files=("$(param path)/config/repo/web-admin.conf" "/etc/systemd/system/$unit")
    install_secrets "$CONFIG/secrets/$(param cluster)" "$staged"
    create_directory "$(file create)"
    set_password
    if [ -n "$(param bind)" ]; then set_bind; fi
    install_unit "$unit"
    if ! in_use "$unit" started "${files[@]}"; then
        systemctl restart "$unit"
        note_use started "${files[@]}"
    fi
    wait_until 120 "web-admin's log-in page" answers "http://$(param address)/accounts/login/" ||
        fail "no answer to http://$(param address)/accounts/login/ after 120 s; see 'journalctl -u $unit'"
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
    local conf
    conf=$(param path)/config/repo/web-admin.conf
    sed -E "s/^(\s*\"host\"\s*:\s*\")[^\"]*/\1$(param bind)/; s/^(\s*\"port\"\s*:\s*)[0-9]+/\1$(param port)/" \
        "$conf" >"$work/web-admin.conf"
    install_file "$work/web-admin.conf" "$conf" 0600 zato
}

drift() {
    local unit
    unit=$(param unit)
    check_unit "$unit"
    check_use "$unit" started "$(param path)/config/repo/web-admin.conf" "/etc/systemd/system/$unit"
}

remove() {
    remove_unit "$(param unit)"
    rm -rf -- "$(param path)"
}
