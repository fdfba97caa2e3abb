# The operational database of a cluster: SQL and dumps, as the cluster's own database user, with the password in a file.
# shellcheck shell=bash

POSTGRESQL=/usr/lib/postgresql

# postgresql_program NAME: the newest one of PostgreSQL's own. What Debian has on the PATH in its place finds out first, in Perl, which cluster
# is meant; that takes longer than most of what is asked here.
postgresql_program() {
    local found=$1 newest=0 one version
    for one in "$POSTGRESQL"/*/bin/"$1"; do
        version=${one#"$POSTGRESQL/"} version=${version%%[!0-9]*}
        if [ -x "$one" ] && [ "${version:-0}" -gt "$newest" ]; then newest=$version found=$one; fi
    done
    printf '%s' "$found"
}

# odb_client SECRET PROGRAM [ARGUMENT...]: a client program of the database, connected, as the user zato, to whom all belongs that is in
# there: with what a dump or the database says, a client may be made to run commands.
odb_client() {
    local secret=$1 program=$2 login
    shift 2
    login=$(file_of_zato login)
    case $(param odb_engine) in
        postgresql)
            printf '*:*:*:*:%s\n' "$(sed 's/[\\:]/\\&/g' "$secret")" >"$login"
            # Elsewhere it may go by TLS; here it would go to whoever has the port of a PostgreSQL that is stopped. Clients know this since 16.
            if [ "$(param odb_host)" = 127.0.0.1 ]; then local -x PGREQUIREAUTH='!password'; fi
            PGPASSFILE=$login PGCONNECT_TIMEOUT=5 as_zato_with_input "$(postgresql_program "$program")" "$@" \
                -h "$(param odb_host)" -p "$(param odb_port)" -U "$(param odb_user)" -d "$(param odb_name)"
            ;;
        mysql)
            {
                printf '[client]\npassword="'
                sed 's/[\\"]/\\&/g' "$secret" | tr -d '\n'
                # MariaDB's from 11.4 on demands TLS and a certificate that it can verify, which older ones and Zato's own driver do not.
                printf '"\n[client-mariadb]\ndisable-ssl-verify-server-cert\n'
            } >"$login"
            as_zato_with_input "$program" --defaults-extra-file="$login" "$@" \
                -h "$(param odb_host)" -P "$(param odb_port)" -u "$(param odb_user)" "$(param odb_name)"
            ;;
    esac
}

# odb_sql SECRET: runs the SQL on standard input as the cluster's database user, up to the first error; prints bare rows.
odb_sql() {
    case $(param odb_engine) in
        postgresql) odb_client "$1" psql -X -A -t -q -c "set lock_timeout = '60s'" -f - -v ON_ERROR_STOP=1 ;;
        mysql) odb_client "$1" mysql --connect-timeout=5 -N -B ;;
    esac
}

# sql STATEMENT: as odb_sql, with the secret of this cluster.
sql() {
    printf '%s\n' "$1" | odb_sql "$(secret_in_use odb_password)"
}

# odb_takes SECRET: whether the database lets its user in with this password.
odb_takes() {
    [ -f "$1" ] && at_most=60 odb_sql "$1" <<<'select 1'
}

odb_client_package() {
    case $(param odb_engine) in
        postgresql) echo postgresql-client ;;
        mysql) echo default-mysql-client ;;
    esac
}

odb_has_table() {
    case $(param odb_engine) in
        postgresql) [ -n "$(sql "select to_regclass('public.$1')")" ] ;;
        mysql) [ -n "$(sql "show tables like '$1'")" ] ;;
    esac
}

# odb_has_column TABLE COLUMN
odb_has_column() {
    [ -n "$(sql "select 1 from information_schema.columns where table_name = '$1' and column_name = '$2'")" ]
}

# odb_has_row TABLE NAME: whether a table has a row of this name.
odb_has_row() {
    [ -n "$(sql "select 1 from $(odb_quoted "$1") where name = '$2'")" ]
}

# shellcheck disable=SC2016 # back ticks are MySQL's quotes
# "cluster" and "server" are words of SQL to some databases.
odb_quoted() {
    case $(param odb_engine) in
        postgresql) printf '"%s"' "$1" ;;
        mysql) printf '`%s`' "$1" ;;
    esac
}

# Of a database that is somebody's, he sets where functions are looked for: his own must never be taken for PostgreSQL's.
as_postgres() {
    (cd / && foreign runuser -u postgres -- env PGOPTIONS='-c search_path=pg_catalog -c lock_timeout=60s' "$(postgresql_program psql)" -X -A -t -q -v ON_ERROR_STOP=1 "$@")
}

# The local PostgreSQL's user gets the declared password. Names are checked by TypeScript; the password goes through
# standard input and stays out of PostgreSQL's log.
set_local_password() {
    {
        printf '%s\n' "set log_statement = 'none';" "set log_min_duration_statement = -1;" \
            "set log_min_error_statement = 'panic';" "\\set user '$(param odb_user)'"
        printf "\\\\set password '%s'\n" "$(sed "s/\\\\/\\\\\\\\/g; s/'/''/g" "$(secret_file odb_password)")"
        printf '%s\n' "select format('alter role %I login password %L', :'user', :'password') \\gexec"
    } | as_postgres -f - >/dev/null
}

# adopt_odb_password: when the first server of the cluster has stopped for it, the database takes the declared password. What
# still runs keeps the connections that it has.
adopt_odb_password() {
    local former
    former=$(secret_file odb_password.former)
    [ -f "$former" ] || return 0
    progress "changing the password of the database user $(param odb_user)"
    set_local_password
    rm -f "$former"
}

# setting: of the local PostgreSQL: "NAME", "role NAME", "database NAME", "settings-of DATABASE" with its owner, or "configuration": all that its
# files set besides, and what is set for all roles.
now_setting() {
    local what=${1%% *} name=${1#* }
    case $what in
        role)
            as_postgres -c "select rolsuper, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls from pg_roles where rolname = '$name'"
            ;;
        database)
            as_postgres -d "$name" -c "select pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype, datacl,
                (select nspacl from pg_namespace where nspname = 'public') from pg_database where datname = current_database()"
            ;;
        # Beside these two, of which former ledgers hold no more.
        settings-of)
            as_postgres -c "select datallowconn, datconnlimit, rolconnlimit, rolvaliduntil, (select string_agg(one, ', ' order by setdatabase, setrole)
                from $(set_for "$name")) from pg_database join pg_roles on pg_roles.oid = datdba where datname = '$name'"
            ;;
        configuration)
            as_postgres -c "select string_agg(one, ' | ' order by one) from (
                select one from (select distinct on (name) name || ' = ' || coalesce(setting, '') as one from pg_file_settings
                    where name not in ('max_connections', 'listen_addresses') order by name, seqno desc) as files
                union all select unnest(setconfig) from pg_db_role_setting where setdatabase = 0 and setrole = 0) as all_of_them"
            ;;
        # What a restart would read counts too.
        *)
            as_postgres -c "select current_setting('$name'), coalesce((select setting from pg_file_settings where name = '$name'
                order by seqno desc limit 1), 'the default')"
            ;;
    esac 2>/dev/null | tr '\n\t' '  ' || printf 'unknown'
}

# set_for DATABASE: as a table of SQL, what is set for it, for its owner, or for him in it.
set_for() {
    printf '%s' "(select array_to_string(setconfig, ', ') as one, setdatabase, setrole from pg_db_role_setting, pg_database d where datname = '$1'
        and setdatabase in (0, d.oid) and setrole in (0, datdba) and (setdatabase, setrole) <> (0, 0)) as settings"
}

differs_setting() {
    # That it does not answer is found otherwise.
    [ "$3" != unknown ] || return 0
    if [ "$1" = configuration ]; then
        found "PostgreSQL's configuration is: $(only_first "$3" "$2"); in place of: $(only_first "$2" "$3"); put it back, since a deploy takes it as it is; see: sudo -u postgres psql -c 'table pg_file_settings'"
    else
        found "PostgreSQL's $1 is: $3; in place of: $2"
    fi
}

# only_first LIST OTHER: what the other one lacks.
only_first() {
    local lines
    lines=$(LC_ALL=C comm -23 <(lines_of "$1") <(lines_of "$2"))
    printf '%s' "${lines:-nothing}" | paste -sd '|' | sed 's/|/ | /g'
}

lines_of() {
    sed 's/ *$//; s/ | /\n/g' <<<"$1" | LC_ALL=C sort
}
