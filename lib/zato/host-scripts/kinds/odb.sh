# A cluster's operational database.
# shellcheck shell=bash

converge() {
    tell_of_another_owner "the cluster $(param cluster)" "$STATE/deployment-$(param cluster)"
    note_own_databases
    keep_former odb_password
    install_secrets "$CONFIG/secrets/$(param cluster)" "$staged"
    require_one_line odb_password
    need_packages "$(odb_client_package)"
    if [ "$(param odb_local)" = true ]; then local_postgresql; fi
    settle_password
    refuse_tables_of_another_release
    refuse_backups_that_cannot_be
    if [ "$(param odb_local)" = true ]; then record_postgresql; fi
    note_owner "$STATE/deployment-$(param cluster)"
    if ! odb_has_table cluster || [ ! -s "$(secret_file identity)" ]; then
        od -A n -N 4 -t x1 /dev/urandom | tr -d ' \n' >"$work/identity"
        put_file "$work/identity" "$(secret_file identity)" 0600 root
    fi
    # Zato's own table of installed versions stays empty, and its exit codes differ; the table tells.
    if ! odb_has_table cluster; then
        progress "creating the tables of the ODB"
        zato_from_config "$(file create)" || odb_has_table cluster || fail "Zato could not create the ODB"
    fi
}

POSTGRESQL_DROP_IN=/etc/systemd/system/postgresql@.service.d/cdktf-zato.conf

local_postgresql() {
    install_postgresql
    restart_postgresql_always
    systemctl is-active --quiet postgresql || allow_connections
    if ! systemctl is-enabled --quiet postgresql; then
        touch "$STATE/enabled-postgresql"
        systemctl enable --quiet postgresql
    fi
    # Debian's own wait for it goes on for two seconds after its first answer.
    systemctl start --no-block postgresql
    wait_for_postgresql
    local name user exists
    # Names are checked by TypeScript.
    name=$(param odb_name) user=$(param odb_user)
    own_database "$name" "$user"
    restart_for_connections
    exists=$(
        as_postgres <<SQL
select 'create role "$user"' where not exists (select from pg_roles where rolname = '$user') \gexec
alter role "$user" login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
select 1 from pg_database where datname = '$name';
SQL
    )
    if [ -z "$exists" ]; then
        progress "creating the database $name"
        # Every host has this locale, whichever it is set to, and in all clusters the same comes first.
        as_postgres -c "create database \"$name\" owner \"$user\" encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8' template template0"
    fi
    reset_settings "$name" "$user"
    as_postgres -d "$name" <<SQL
revoke all on database "$name" from public;
revoke create on schema public from public;
grant all on schema public to "$user";
SQL
}

# reset_settings DATABASE USER: what somebody has set for them by hand, such as to write nothing, decides what servers can do.
reset_settings() {
    local set
    set=$(as_postgres -c "select one from $(set_for "$1")")
    [ -z "$set" ] ||
        progress "taking back what was set by hand for the database $1: ${set//$'\n'/, }; servers have it until they connect anew, or are restarted"
    as_postgres <<SQL
alter role "$2" connection limit -1 valid until 'infinity';
alter role "$2" reset all;
alter role "$2" in database "$1" reset all;
alter database "$1" with allow_connections true connection limit -1;
alter database "$1" reset all;
SQL
}

# note_own_databases: once, which of the databases here are this cluster's already, a line "NAME USER" each: those of a deploy that noted them
# in its ledger alone, or what a removal has kept. One that noted no names has left the keys, and the database that is declared.
note_own_databases() {
    local kept
    kept=$STATE/data-kept/$(param cluster)
    [ ! -f "$state/databases" ] || return 0
    if [ -f "$state/ledger" ]; then
        awk -F '\t' '$1 == "setting" { split($2, words, " "); of[words[1]] = words[2] }
            END { if ("database" in of) print of["database"], of["role"] }' "$state/ledger"
    elif [ -f "$kept" ] && grep -vxF local "$kept"; then
        :
    elif [ "$(param odb_local)" = true ] && [ -s "$(secret_file odb_password)" ]; then
        printf '%s %s\n' "$(param odb_name)" "$(param odb_user)"
    fi | { grep ' ' || true; } >"$state/databases.new"
    mv -f "$state/databases.new" "$state/databases"
}

# own_database NAME USER: noted before they are made, so that a run that is cut off does not take them for somebody else's.
own_database() {
    if grep -qxF -- "$1 $2" "$state/databases"; then return; fi
    [ -z "$(as_postgres -c "select 1 from pg_database where datname = '$1' union select 1 from pg_roles where rolname = '$2'")" ] ||
        fail "PostgreSQL has a database or a user $1 already, and not of this cluster; rename it, or name another one: OdbDatabase.localPostgresql({ database })"
    printf '%s %s\n' "$1" "$2" >>"$state/databases"
}

wait_for_postgresql() {
    wait_until 60 "PostgreSQL" as_postgres -c 'select 1' || fail "PostgreSQL does not answer on this host"
}

# install_postgresql: with a cluster. The package takes one for whole that a power cut has left half-made, and creates none
# where the host is set to a locale that it has not got, or where it was told not to.
install_postgresql() {
    local mark=$STATE/creates-postgresql was_cut_off=
    [ ! -f "$mark" ] || was_cut_off=yes
    if ! has_package postgresql && ! compgen -G '/var/lib/postgresql/*/main' && ! compgen -G '/etc/postgresql/*/main'; then
        touch "$mark" && sync "$STATE"
    fi
    need_packages_stopped postgresql.service postgresql
    if [ -n "$was_cut_off" ] || [ -z "$(pg_lsclusters --no-header)" ]; then create_postgresql_cluster; fi
    # Lost in a power cut, this would take what comes after it for half-made.
    rm -f -- "$mark" && sync "$STATE"
}

# What is there under the mark is ours, and holds nothing yet.
create_postgresql_cluster() {
    local version data
    version=$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V | tail -n 1 | cut -d / -f 5)
    data=/var/lib/postgresql/$version/main
    [ -f "$mark" ] || [ ! -e "$data" ] || fail "PostgreSQL has no cluster, but $data is there; see 'pg_lsclusters', and move it away"
    progress "creating a PostgreSQL cluster, since its package has left none that is whole"
    touch "$mark" && sync "$STATE"
    systemctl stop "postgresql@$version-main.service" 2>/dev/null || true
    rm -rf -- "/etc/postgresql/$version/main" "$data"
    (umask 022 && LC_ALL=C.UTF-8 pg_createcluster "$version" main)
}

# Each worker of Zato's keeps up to 70 connections, and PostgreSQL allows 100 for all, unless it is told before it starts.
max_connections=1000

allow_connections() {
    local folder version cluster
    while read -r version cluster; do
        folder=/etc/postgresql/$version/$cluster/conf.d
        [ -d "$folder" ] || continue
        [ "$(pg_conftool -s "$version" "$cluster" show max_connections)" -lt "$max_connections" ] || continue
        echo "max_connections = $max_connections" >"$work/postgresql.conf"
        install_file "$work/postgresql.conf" "$folder/cdktf-zato.conf" 0644 root
    done < <(clusters_on_port)
}

# clusters_on_port: "VERSION NAME" of the PostgreSQL that is asked for our databases; others may run beside it.
clusters_on_port() {
    pg_lsclusters --no-header | awk '$3 == 5432 { print $1, $2 }'
}

# One that runs is restarted for it while nobody is connected, as before the first start of a server. Those on other ports go on.
restart_for_connections() {
    local version cluster
    [ "$(as_postgres -c 'show max_connections')" -lt "$max_connections" ] || return 0
    allow_connections
    if [ "$(as_postgres -c "select count(*) from pg_stat_activity where backend_type = 'client backend'")" -gt 1 ]; then
        progress "PostgreSQL is in use, and allows $max_connections connections once somebody restarts it"
        return
    fi
    while read -r version cluster; do
        systemctl try-restart "postgresql@$version-$cluster.service"
    done < <(clusters_on_port)
    wait_for_postgresql
}

# The distribution's unit leaves a PostgreSQL that was killed where it is.
restart_postgresql_always() {
    printf '%s\n' '[Unit]' 'StartLimitIntervalSec=0' '[Service]' 'Restart=on-failure' 'RestartSec=1' >"$work/drop-in.conf"
    install -d -m 0755 "${POSTGRESQL_DROP_IN%/*}"
    install_file "$work/drop-in.conf" "$POSTGRESQL_DROP_IN" 0644 root
    systemctl daemon-reload
}

remove_drop_in() {
    rm -f "$POSTGRESQL_DROP_IN"
    rmdir --ignore-fail-on-non-empty "${POSTGRESQL_DROP_IN%/*}" 2>/dev/null || true
    systemctl daemon-reload
}

# A local database gets another password when the first server has stopped for it, one elsewhere has it already.
settle_password() {
    local current former
    current=$(secret_file odb_password) former=$(secret_file odb_password.former)
    if [ "$(param odb_local)" = false ]; then
        wait_until 60 "the ODB at $(param odb_host):$(param odb_port)" odb_takes "$current" ||
            fail "the ODB $(param odb_name) at $(param odb_host):$(param odb_port) cannot be used by $(param odb_user); see the log"
    elif ! odb_takes "$current"; then
        if odb_takes "$former"; then return; fi
        set_local_password
        odb_takes "$current" || fail "PostgreSQL does not let $(param odb_user) in; see pg_hba.conf, and the log"
    fi
    rm -f "$former"
}

# Zato makes the tables that are missing, and changes none: its servers would fail one after the other.
refuse_tables_of_another_release() {
    if odb_has_table cluster && ! of_release has_own_tables; then
        fail "the database $(param odb_name) has the tables of another release of Zato, which cannot be changed into those of this one; declare another database, and leave that one as the way back"
    fi
}

# A cluster's first backup comes at the end of a deploy, when everything else is there.
refuse_backups_that_cannot_be() {
    local reason
    [ "$(param backed_up)" != true ] || reason=$(odb_can_be_dumped 2>&1) ||
        fail "no backup could be made of the ODB $(param odb_name): $reason"
}

# record_postgresql: what we have set, or rely on.
record_postgresql() {
    local file version cluster
    record enabled postgresql.service enabled
    while read -r version cluster; do
        record merged "postgresql@$version-$cluster.service"
    done < <(clusters_on_port)
    for file in /etc/postgresql/*/*/conf.d/cdktf-zato.conf "$(as_postgres -c 'show hba_file')"; do
        if [ -f "$file" ]; then record file "$file"; fi
    done
    record setting max_connections
    record setting listen_addresses
    record setting "role $(param odb_user)"
    record setting "database $(param odb_name)"
    record setting "settings-of $(param odb_name)"
    # One that was there before us is somebody's to tune.
    if grep -qsxF postgresql "$OUR_PACKAGES"; then record setting configuration; fi
}

drift() {
    sql 'select 1' >/dev/null 2>&1 || found "the ODB $(param odb_name) at $(param odb_host):$(param odb_port) does not answer"
}

remove() {
    noted_elsewhere file "$POSTGRESQL_DROP_IN" || remove_drop_in
    note_own_databases
    rm -f "$STATE/deployment-$(param cluster)" "$STATE/restoring-$(param cluster)"
    if [ "$(param on_removal)" = keep-data ]; then
        progress "kept: the database $(param odb_name) at $(param odb_host):$(param odb_port), and its keys in $CONFIG/secrets/$(param cluster), as the last deploy said by DataRemoval.KEEP; to drop them, deploy with DataRemoval.DROP, then destroy"
        install -d "$STATE/data-kept"
        # Where the cluster's database is elsewhere by now, the local one of before is its way back.
        if [ -s "$state/databases" ]; then echo local; else echo elsewhere; fi | cat - "$state/databases" >"$STATE/data-kept/$(param cluster)"
        return
    fi
    rm -f "$STATE/data-kept/$(param cluster)"
    rmdir --ignore-fail-on-non-empty "$STATE/data-kept" 2>/dev/null || true
    drop_databases
    rm -rf -- "${CONFIG:?}/secrets/$(param cluster)"
}

# drop_databases: former ones, too, which were left as the way back; and nobody else's.
drop_databases() {
    local name user
    if [ ! -s "$state/databases" ] || ! has_package postgresql; then return; fi
    systemctl start --no-block postgresql
    if ! wait_until 60 "PostgreSQL" as_postgres -c 'select 1'; then
        progress "left: the databases $(cut -d ' ' -f 1 "$state/databases" | paste -sd ' '), since PostgreSQL does not answer on this host"
        return
    fi
    while read -r name user; do
        as_postgres -c "drop database if exists \"$name\" with (force)" </dev/null
        as_postgres -c "drop role if exists \"$user\"" </dev/null ||
            progress "left: PostgreSQL's user $user, who has something in another database, or rights there; the log says in which"
    done < <(sort -u "$state/databases")
}
