# A cluster as Zato knows it: a row in the ODB, and the keys that its components share.
# shellcheck shell=bash

converge() {
    install_secrets "$CONFIG/secrets/$(param cluster)" "$staged"
    if ! odb_has_row cluster "$(param cluster)"; then
        progress "creating the cluster $(param cluster)"
        zato_from_config "$(file create)" || fail "Zato could not create the cluster (exit status $?)"
        odb_has_row cluster "$(param cluster)" || fail "Zato created no row for the cluster $(param cluster)"
    fi
    # web-admin finds the load-balancer by this.
    sql "update $(odb_quoted cluster) set lb_port = $(param lb_port) where name = '$(param cluster)'"
}

drift() {
    local secret file mode
    while read -r secret _; do
        [ -n "$secret" ] || continue
        file=$(secret_file "$secret")
        mode=$(stat -c '%a %U' "$file" 2>/dev/null || echo gone)
        [ "$mode" = '600 root' ] || found "$file is not root's alone: $mode"
    done < <(param secrets; echo)
}

remove() {
    rm -rf -- "${ZATO_HOME:?}/env/$(param cluster)" "/etc/zato/$(param cluster)"
    rmdir --ignore-fail-on-non-empty "$ZATO_HOME/env" /etc/zato 2>/dev/null || true
}
