# The operational database of a cluster: SQL, with the password in a file.
# shellcheck shell=bash

# odb_sql: runs the SQL on standard input as the cluster's database user; prints bare rows.
odb_sql() {
    local secret=$1
    case $(param odb_engine) in
        postgresql)
            printf '*:*:*:*:%s\n' "$(sed 's/[\\:]/\\&/g' "$secret")" >"$work/pgpass"
            PGPASSFILE=$work/pgpass PGCONNECT_TIMEOUT=5 psql -X -A -t -q -v ON_ERROR_STOP=1 \
                -h "$(param odb_host)" -p "$(param odb_port)" -U "$(param odb_user)" -d "$(param odb_name)"
            ;;
        mysql)
            {
                printf '[client]\npassword="'
                sed 's/[\\"]/\\&/g' "$secret" | tr -d '\n'
                printf '"\n'
            } >"$work/my.cnf"
            mysql --defaults-extra-file="$work/my.cnf" --connect-timeout=5 -N -B \
                -h "$(param odb_host)" -P "$(param odb_port)" -u "$(param odb_user)" "$(param odb_name)"
            ;;
    esac
}

# sql STATEMENT: as odb_sql, with the secret of this cluster.
sql() {
    printf '%s\n' "$1" | odb_sql "$(secret_file odb_password)"
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
