#!/bin/sh
# reach.sh: runs where Terraform does, before it logs in to a host: waits at most $reach_seconds for something to listen at
# $reach_address, port $reach_port, and says what to do where nothing does. Terraform itself would wait for minutes, and
# name no way out. Needs bash or nc; where there is neither, it leaves the matter to Terraform.
set -eu

if command -v bash >/dev/null 2>&1; then
    # shellcheck disable=SC2016 # the inner shell expands its own arguments
    set -- bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$reach_address" "$reach_port"
elif command -v nc >/dev/null 2>&1; then
    set -- nc -z "$reach_address" "$reach_port"
else
    exit 0
fi

# answers COMMAND...: whether it succeeds within five seconds; not every system has timeout(1).
answers() {
    "$@" >/dev/null 2>&1 &
    probe=$!
    (sleep 5; kill "$probe") >/dev/null 2>&1 &
    watchdog=$!
    answered=yes
    wait "$probe" 2>/dev/null || answered=
    kill "$watchdog" 2>/dev/null || true
    [ -n "$answered" ]
}

end=$(($(date +%s) + reach_seconds))
until answers "$@"; do
    if [ "$(date +%s)" -ge "$end" ]; then
        echo "[$reach_host] $reach_address does not answer on port $reach_port. If the machine is lost, declare the host with" \
            "'lost: true' and deploy again: nothing on it is touched then, and the others can be deployed to."
        exit 1
    fi
    sleep 1
done
