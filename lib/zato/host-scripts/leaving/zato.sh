# What is Zato's and its database's on a host that has no component of ours any more.
# shellcheck shell=bash

leave() {
    remove_user
    rmdir --ignore-fail-on-non-empty "$ZATO_HOME/env" "$ZATO_HOME/packages" /etc/zato 2>/dev/null || true
    if [ -f "$STATE/created-home" ]; then rm -rf -- "$ZATO_HOME" "$STATE/created-home"; fi
    if [ ! -d "$STATE/data-kept" ]; then leave_postgresql; fi
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

leave_postgresql() {
    [ ! -f "$STATE/enabled-postgresql" ] || systemctl disable --now --quiet postgresql || true
    rm -f /etc/postgresql/*/*/conf.d/cdktf-zato.conf
}

kept() {
    [ ! -d "$STATE/data-kept" ] ||
        printf '%s' "data of a removed cluster, PostgreSQL where it is local, and the keys in $CONFIG/secrets"
}

# A local PostgreSQL stays where a database of ours is in it.
kept_packages() {
    if grep -qrxF local "$STATE/data-kept"; then installed_packages | grep -E '^postgresql(-[0-9]+)?$'; fi
}
