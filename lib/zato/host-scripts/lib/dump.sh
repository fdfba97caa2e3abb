# Dumps of the operational database.
# shellcheck shell=bash

# odb_dump FILE: all of it as of one moment, while servers go on.
odb_dump() {
    case $(param odb_engine) in
        postgresql)
            odb_can_be_dumped && at_most=86400 odb_client "$(secret_in_use odb_password)" pg_dump --lock-wait-timeout=60s --format=custom --no-owner --no-privileges >"$1"
            ;;
        mysql)
            local of_mysql=()
            mapfile -t of_mysql < <(options_of_mysql)
            at_most=86400 odb_client "$(secret_in_use odb_password)" mysqldump --single-transaction --no-tablespaces --skip-triggers \
                --skip-add-locks --hex-blob --default-character-set=utf8mb4 "${of_mysql[@]}" | gzip >"$1"
            ;;
    esac
}

# odb_can_be_dumped: fails, and says why, where the server is newer than this host's pg_dump, which refuses it.
odb_can_be_dumped() {
    local client server
    [ "$(param odb_engine)" = postgresql ] || return 0
    client=$(as_zato "$(postgresql_program pg_dump)" --version | sed 's/^[^0-9]*//; s/[^0-9].*//') &&
        server=$(sql "select current_setting('server_version_num')::int / 10000" | grep -xE '[1-9][0-9]{0,3}') || return
    [ "$client" -ge "$server" ] || {
        echo "its server is PostgreSQL $server, and pg_dump on this host is of $client, which dumps none newer; install postgresql-client-$server beside it, from apt.postgresql.org" >&2
        return 1
    }
}

# options_of_mysql: those that only MySQL's own mysqldump knows, one a line. Without them it needs rights that the cluster's user has not
# where the server counts transactions (GTID), and from MariaDB a table that it has not.
options_of_mysql() {
    case $(as_zato mysqldump --version) in
        *MariaDB*) ;;
        *) printf '%s\n' --set-gtid-purged=OFF --column-statistics=0 ;;
    esac
}

# odb_size: in KiB, before it is compressed. What else the database may say, arithmetic would run as a command.
odb_size() {
    case $(param odb_engine) in
        postgresql) sql "select pg_database_size(current_database()) / 1024" ;;
        mysql) sql "select coalesce(ceil(sum(data_length + index_length) / 1024), 0) from information_schema.tables where table_schema = database()" ;;
    esac | grep -xE '0|[1-9][0-9]{0,14}'
}

# odb_dump_is_whole FILE: whether it can be read to its end, and has Zato's tables.
odb_dump_is_whole() {
    case $(param odb_engine) in
        # Read to its end: a reader that stops early, as grep -q, would make pg_restore fail.
        postgresql) read_dump --list "$1" | grep ' TABLE DATA public cluster ' >/dev/null && read_dump -f /dev/null "$1" ;;
        mysql) gzip -cd "$1" | awk '/^INSERT INTO `cluster` / { found = 1 } { last = $0 } END { exit !(found && last ~ /^-- Dump completed/) }' ;;
    esac
}

# odb_dump_has_column FILE TABLE COLUMN: as odb_has_column, of what the dump holds.
odb_dump_has_column() {
    case $(param odb_engine) in
        postgresql) read_dump --schema-only -f - "$1" ;;
        mysql) gzip -cd "$1" ;;
    esac | LC_ALL=C awk -v table="$2" -v column="$3" '
        { name = $0; gsub(/[`",(]/, " ", name); split(name, word, " ") }
        /^CREATE TABLE / { within = word[3] == table || word[3] == "public." table }
        /^\)/ { within = 0 }
        within && word[1] == column { found = 1 }
        END { exit !found }'
}

# odb_statements FILE: prints what replaces all that the database holds by what the dump holds.
odb_statements() {
    "restoring_$(param odb_engine)" "$1"
}

# odb_restore STATEMENTS: PostgreSQL does it all or not at all; with MySQL it has to be done again when it was cut off.
odb_restore() {
    at_most=86400 odb_sql "$(secret_in_use odb_password)" <"$1" >/dev/null
}

restoring_postgresql() {
    printf '%s\n' 'begin;' "set lock_timeout = '60s';" && cat "$scripts/lib/drop-all.sql" &&
        read_dump --no-owner --no-privileges -f - "$1" | only_known_settings && echo 'commit;'
}

# only_known_settings: PostgreSQL's statements, in which what is set at first is set where the server has such a setting: a newer
# pg_restore sets its own, whichever server it is for. Rows come after the first name of an object, and are left alone.
only_known_settings() {
    LC_ALL=C sed -E "1,/^-- .*Name: / s/^SET ([a-z_]+) = '?([^';]*)'?;\$/SELECT pg_catalog.set_config(name, '\2', false) FROM pg_catalog.pg_settings WHERE name = '\1';/"
}

# read_dump [OPTION...] FILE: what pg_restore says of it. Whoever's it is, it is read without root's rights.
read_dump() {
    at_most=86400 as_zato_with_input "$(postgresql_program pg_restore)" "${@:1:$#-1}" <"${!#}"
}

# shellcheck disable=SC2016 # back ticks are MySQL's quotes
restoring_mysql() {
    echo 'set foreign_key_checks = 0;' && sql 'show tables' | sed 's/`/``/g; s/.*/drop table `&`;/' && gzip -cd "$1"
}
