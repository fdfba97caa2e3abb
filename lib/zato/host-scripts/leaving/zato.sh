# What is Zato's and its database's on a host that has no component of ours any more.
# shellcheck shell=bash

leave() {
    remove_user
    rmdir --ignore-fail-on-non-empty "$ZATO_HOME/env" "$ZATO_HOME/packages" "$ZATO_HOME/builds" /etc/zato 2>/dev/null || true
    # All of ours has gone from there with its components.
    if [ -f "$STATE/created-home" ]; then leave_folder "$ZATO_HOME"; fi
    rm -f "$STATE/created-home"
    keeps_local_data || postgresql_of_others >"$work/postgresql-of-others"
    if [ ! -d "$STATE/data-kept" ] && [ ! -s "$work/postgresql-of-others" ]; then leave_postgresql; fi
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

# postgresql_of_others: what the purge of a PostgreSQL that we have installed would drop, a line each; what is ours is dropped by now.
postgresql_of_others() {
    local version cluster port
    note_what_came
    # Half-made, it holds nothing.
    [ ! -f "$STATE/creates-postgresql" ] || return 0
    while read -r version cluster port _; do
        if ! grep -qsxF "postgresql-$version" "$OUR_PACKAGES"; then continue; fi
        if [ "$port" -eq 5432 ]; then databases_of_others </dev/null; else echo "the cluster $version/$cluster"; fi
    done < <(pg_lsclusters --no-header 2>/dev/null)
}

databases_of_others() {
    systemctl start --no-block postgresql >&2
    if wait_until 60 "PostgreSQL" as_postgres -c 'select 1'; then
        as_postgres -c "select 'the database ' || datname from pg_database where datname not in ('postgres', 'template0', 'template1') order by 1"
        as_postgres -d postgres -c "select distinct 'tables in the database postgres' from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
    else
        echo "nobody can tell what while it does not answer"
    fi
}

# keeps_local_data: whether a database of ours stays.
keeps_local_data() {
    grep -qsrxF local "$STATE/data-kept"
}

kept() {
    local data='' others
    [ ! -d "$STATE/data-kept" ] || data="data of a removed cluster, PostgreSQL where it is local, and the keys in $CONFIG/secrets"
    others=$(paste -sd , "$work/postgresql-of-others" 2>/dev/null | sed 's/,/, /g') || true
    printf '%s' "$data${data:+${others:+; and }}${others:+PostgreSQL, though a deploy has installed it, since it has what is not of this library: $others}"
}

# A local PostgreSQL stays where a database of ours is in it, or of others.
kept_packages() {
    if keeps_local_data || [ -s "$work/postgresql-of-others" ]; then installed_packages | grep -E '^postgresql(-[0-9]+)?$'; fi
}
