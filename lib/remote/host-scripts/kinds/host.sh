# What is left of ours on a host when every component is gone. Only ever removed.
# shellcheck shell=bash

remove() {
    local left
    left=$(find "$STATE/components" -mindepth 1 -maxdepth 1 -printf '%f ' 2>/dev/null)
    if [ -n "$left" ]; then
        progress "kept what these components need: $left"
        return
    fi
    [ ! -f "$STATE/created-user-zato" ] || userdel zato || true
    rmdir --ignore-fail-on-non-empty "$ZATO_HOME/env" /etc/zato 2>/dev/null || true
    if [ -f "$STATE/created-home" ]; then rm -rf -- "$ZATO_HOME"; fi
    if [ -d "$STATE/data-kept" ]; then
        progress "kept: data of a removed cluster, PostgreSQL where it is local, and the keys in $CONFIG/secrets"
    else
        [ ! -f "$STATE/enabled-postgresql" ] || systemctl disable --now --quiet postgresql || true
        rm -f /etc/postgresql/*/*/conf.d/cdktf-zato.conf
        remove_our_packages
        rm -rf -- "$CONFIG" "$STATE"
    fi
    progress "removed"
    rm -rf -- "$LOGS" "$LOCK" "$(dirname "$scripts")" "$(dirname "$scripts")"-*.sh
}
