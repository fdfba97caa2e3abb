# What is left of ours on a host when every component is gone. Only ever removed.
# shellcheck shell=bash

remove() {
    local left
    left=$(find "$STATE/components" -mindepth 1 -maxdepth 1 -printf '%f ' 2>/dev/null)
    if [ -n "$left" ]; then
        progress "kept what these components need: $left"
        return
    fi
    remove_user
    rmdir --ignore-fail-on-non-empty "$ZATO_HOME/env" "$ZATO_HOME/packages" /etc/zato 2>/dev/null || true
    if [ -f "$STATE/created-home" ]; then rm -rf -- "$ZATO_HOME" "$STATE/created-home"; fi
    if [ -d "$STATE/data-kept" ]; then keep_data; else remove_all; fi
    progress "removed"
    rm -rf -- "$LOGS" "$RUN"
    remove_staging
}

# Those of every login: it may have been another one before.
remove_staging() {
    local home
    while IFS=: read -r _ _ _ _ _ home _; do
        # What made the folder lies beside it where Terraform was killed before it ran.
        if [ -d "$home/.cdktf-zato" ]; then rm -rf -- "$home/.cdktf-zato" "$home"/{,sh\ }.cdktf-zato-*.sh; fi
    done < <(getent passwd)
}

# What is here of that name later is somebody else's.
remove_user() {
    if [ -f "$STATE/created-user-zato" ]; then
        leave_nothing_of_zato
        remove_account passwd zato || true
    fi
    if [ -f "$STATE/created-group-zato" ]; then remove_account group zato || true; fi
    rm -f "$STATE/created-user-zato" "$STATE/created-group-zato"
}

# leave_nothing_of_zato: what still runs would keep the account, and what lies where everybody may write would be that of whoever gets
# its number next.
leave_nothing_of_zato() {
    as_zato bash -c 'kill -KILL -1' || true
    as_zato find /tmp /var/tmp /dev/shm -xdev -user zato -delete || true
}

# A local PostgreSQL stays where a database of ours is in it, with what it needs, and the notes by which all of that can still go.
keep_data() {
    local kept=()
    if grep -qrxF local "$STATE/data-kept"; then mapfile -t kept < <(installed_packages | grep -E '^postgresql(-[0-9]+)?$'); fi
    remove_our_packages "${kept[@]}"
    find "$CONFIG" -mindepth 1 -maxdepth 1 ! -name secrets ! -name content-secrets -exec rm -rf {} +
    progress "kept: data of a removed cluster, PostgreSQL where it is local, and the keys in $CONFIG/secrets"
}

remove_all() {
    [ ! -f "$STATE/enabled-postgresql" ] || systemctl disable --now --quiet postgresql || true
    rm -f /etc/postgresql/*/*/conf.d/cdktf-zato.conf
    remove_our_packages
    # What could not be removed stays ours.
    if [ -s "$OUR_PACKAGES" ]; then
        find "$STATE" -mindepth 1 -maxdepth 1 ! -name packages ! -name accounts -exec rm -rf {} +
    else
        rm -rf -- "$STATE"
    fi
    rm -rf -- "$CONFIG"
}
