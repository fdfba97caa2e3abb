# Dumps of the operational database.
# shellcheck shell=bash

# odb_dump FILE: all of it as of one moment, while servers go on.
odb_dump() {
    case $(param odb_engine) in
        postgresql)
            odb_client "$(secret_in_use odb_password)" pg_dump --format=custom --no-owner --no-privileges >"$1"
            ;;
        mysql)
            odb_client "$(secret_in_use odb_password)" mysqldump --single-transaction --no-tablespaces --skip-triggers \
                --skip-add-locks --hex-blob --default-character-set=utf8mb4 | gzip >"$1"
            ;;
    esac
}

# odb_dump_is_whole FILE: whether it can be read to its end, and has Zato's tables.
odb_dump_is_whole() {
    case $(param odb_engine) in
        # Read to its end: a reader that stops early, as grep -q, would make pg_restore fail.
        postgresql) pg_restore --list "$1" | grep ' TABLE DATA public cluster ' >/dev/null && pg_restore -f /dev/null "$1" ;;
        mysql) gzip -cd "$1" | awk '/^INSERT INTO `cluster` / { found = 1 } { last = $0 } END { exit !(found && last ~ /^-- Dump completed/) }' ;;
    esac
}

# odb_restore FILE FOLDER: the database holds what the dump holds and nothing else. PostgreSQL does it all or not at all; with
# MySQL it has to be done again when it was cut off. FOLDER is for what comes between.
odb_restore() {
    local statements=$2/restore.sql
    "restoring_$(param odb_engine)" "$1" >"$statements" && odb_sql "$(secret_in_use odb_password)" <"$statements" >/dev/null
}

restoring_postgresql() {
    printf '%s\n' 'begin;' "set lock_timeout = '60s';" && cat "$scripts/lib/drop-all.sql" &&
        pg_restore --no-owner --no-privileges -f - "$1" && echo 'commit;'
}

# shellcheck disable=SC2016 # back ticks are MySQL's quotes
restoring_mysql() {
    echo 'set foreign_key_checks = 0;' && sql 'show tables' | sed 's/`/``/g; s/.*/drop table `&`;/' && gzip -cd "$1"
}
