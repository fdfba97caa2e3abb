#!/usr/bin/env bash
# alarms.sh NAME [test]: looks at a deployment from this host, as the component NAME is declared, and delivers messages of what begins, lasts
# and ends. Run by its unit each minute. With "test" it only delivers a message that says so.
set -euo pipefail
export LC_ALL=C

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
name=$1
# shellcheck source=lib/question-run.sh
. "$scripts/lib/question-run.sh"

# look: what this host says of itself, what clusters answer, and whether other machines are there.
look() {
    bash "$scripts/status.sh" >"$work/facts"
    our_components >"$work/ours"
    look_at_clusters >"$work/clusters"
    look_at_machines >"$work/machines"
}

# tell: puts the messages into the outbox that are due after a look.
tell() {
    local event key since lost todo
    judge >"$work/judged"
    merge_events "$now" "$(cat "$state/looked" 2>/dev/null || echo 0)"
    while IFS=$'\t' read -r event key since lost todo; do
        put_into_outbox "$event" "$key" "$since" "$lost" "$todo"
    done <"$work/due"
    settled_addresses >"$work/addresses"
    # After the messages: one is rather sent twice than lost.
    keep events
    keep addresses
    printf '%s\n' "$now" >"$work/looked"
    keep looked
}

# keep FILE: in one step.
keep() {
    cp "$work/$1" "$state/$1.new"
    mv -f "$state/$1.new" "$state/$1"
}

test_message() {
    put_into_outbox test "test/$(param host)" "$now" "nothing: somebody tries whether messages arrive" "nothing"
    rm -f "$state/failing"
}

state=$STATE/components/$name
[ -f "$state/manifest" ] || fail "there are no alarms '$name' on this host; deploy them"
unpack_manifest "$state/manifest" "$work/entries"
exec 8>"$state/lock"
flock 8
now=$(date +%s)
if [ "${2:-}" = test ]; then
    test_message
else
    look
    tell
fi
delivered=yes
deliver_outbox || delivered=no
undelivered_facts >"$work/facts"
keep facts
[ -z "${2:-}" ] || [ "$delivered" = yes ] || fail "it could not be delivered; see 'sudo journalctl -u $(param delivery_unit)'"
