#!/usr/bin/env bash
# Runs the tests of the stand-in on throw-away databases: PostgreSQL, and MariaDB where it is installed. Those of 4.1 want Redis, which is
# left out where it is not installed.
# Nothing is left running. As root the databases run as their own users.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d /tmp/stand-in-live.XXXXXX)
chmod 0755 "$work"
python=/usr/bin/python3
port=$((30000 + $$ % 10000))
stop_database=true

cleanup() {
  $stop_database || true
  rm -rf "$work"
}
trap cleanup EXIT

as() { # USER COMMAND...: as that user if we are root
  local user=$1
  shift
  if [ "$(id -u)" = 0 ]; then runuser -u "$user" -- "$@"; else "$@"; fi
}

run_tests() { # ODB_URL
  echo "=== ${1%%:*}"
  STAND_IN_ODB=$1 "$python" -m unittest discover -s "$here" -p 'test_live_*.py' -f
}

run_tests_of_4() { # ODB_URL PATTERN
  echo "=== 4.1, ${1%%:*}"
  STAND_IN_ODB=$1 "$python" -m unittest discover -s "$here/zato_4" -p "$2" -f
}

stop_postgresql() { as postgres "$bin/pg_ctl" -D "$work/pg/data" -m immediate stop > /dev/null; }

stop_mariadb() { mariadb-admin --socket="$work/mariadb/socket" -u root shutdown; }

bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1)
install -d -m 0755 "$work/pg"
if [ "$(id -u)" = 0 ]; then chown postgres "$work/pg"; fi
as postgres "$bin/initdb" -D "$work/pg/data" -A trust > /dev/null
as postgres "$bin/pg_ctl" -D "$work/pg/data" -w -l "$work/pg/log" -o "-p $port -k $work/pg -c fsync=off" start > /dev/null
stop_database=stop_postgresql
printf '%s\n' 'host all zato 127.0.0.1/32 md5' 'local all all trust' | as postgres tee "$work/pg/data/pg_hba.conf" > /dev/null
as postgres "$bin/pg_ctl" -D "$work/pg/data" reload > /dev/null
as postgres psql -q -h "$work/pg" -p "$port" -d postgres -c "create role zato login password 'zato-pw'" -c 'create database zato_a owner zato' -c 'create database zato_4 owner zato'
run_tests "postgresql://zato:zato-pw@127.0.0.1:$port/zato_a"
run_tests_of_4 "postgresql://zato:zato-pw@127.0.0.1:$port/zato_4" 'test_*.py'
stop_postgresql
stop_database=true

if command -v mariadbd > /dev/null; then
  install -d -m 0755 "$work/mariadb"
  if [ "$(id -u)" = 0 ]; then chown mysql "$work/mariadb"; fi
  as mysql mariadb-install-db --datadir="$work/mariadb/data" --auth-root-authentication-method=normal > /dev/null
  as mysql mariadbd --no-defaults --datadir="$work/mariadb/data" --socket="$work/mariadb/socket" --port="$port" \
    --bind-address=127.0.0.1 --pid-file="$work/mariadb/pid" > "$work/mariadb/log" 2>&1 &
  stop_database=stop_mariadb
  for _ in $(seq 100); do
    if mariadb-admin --socket="$work/mariadb/socket" -u root ping > /dev/null 2>&1; then break; fi
    sleep 0.1
  done
  mariadb --socket="$work/mariadb/socket" -u root -e \
    "create database zato_a; create database zato_4; create user zato@127.0.0.1 identified by 'zato-pw'; grant all on *.* to zato@127.0.0.1"
  run_tests "mysql://zato:zato-pw@127.0.0.1:$port/zato_a"
  run_tests_of_4 "mysql://zato:zato-pw@127.0.0.1:$port/zato_4" 'mysql.py'
fi
