# A look at a deployment by a timer, of which people are told.
# shellcheck shell=bash

converge() {
    local unit timer folder
    unit=$(param unit) timer=$(param timer) folder=$(param folder)
    need_packages curl
    # None is left that is declared no more.
    rm -rf -- "$state/secrets"
    install_secrets "$state/secrets" "$staged"
    environment >"$work/environment"
    install_file "$work/environment" "$state/environment" 0600 root
    roots_folder "$folder" 0755 root
    if [ -f "$(file deliver)" ]; then cp "$(file deliver)" "$work/deliver"; else cp "$scripts/webhook.sh" "$work/deliver"; fi
    install_file "$work/deliver" "$folder/deliver" 0755 root
    install_scripts
    install_idle_unit "$(param delivery_unit)" delivery_unit
    install_idle_unit "$unit"
    install_unit "$timer" timer
    # What could not be delivered may be now.
    rm -f -- "$state/failing"
    systemctl restart "$timer"
    systemctl start "$unit" || fail "nobody would be told of anything; see 'sudo journalctl -u $unit'"
}

# environment: the secrets. They are one line each.
environment() {
    local secret
    for secret in address token; do
        [ ! -f "$state/secrets/$secret" ] ||
            printf 'CDKTF_ZATO_%s="%s"\n' "${secret^^}" "$(tr -d '\r\n' <"$state/secrets/$secret" | in_double_quotes)"
    done
}

drift() {
    ! systemctl is-failed --quiet "$(param unit)" || found "nobody is told of anything: see 'sudo journalctl -u $(param unit)'"
}

remove() {
    remove_unit "$(param timer)"
    remove_unit "$(param unit)"
    remove_unit "$(param delivery_unit)"
    rm -rf -- "$(param folder)"
}
