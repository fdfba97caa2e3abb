#!/usr/bin/env bash
# backup.sh NAME: makes one backup as the component NAME is declared. Run by its unit.
set -euo pipefail
umask 077

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
name=$1
# shellcheck source=lib/all.sh
. "$scripts/lib/all.sh"

begin "$name"
state=$STATE/components/$name
unpack_manifest "$state/manifest" "$work/entries"
host=$(param host) label=$(param label)
[ -n "${LOCKED:-}" ] || take_lock
require_folder_for_backups "$(param directory)"
trap 'status=$?; rm -rf -- "$(param directory)/unfinished"; end "$status"' EXIT
backup=$(write_backup "$(param directory)") || fail "no backup was made, and the former ones were left alone: $(reason)"
forget_old_backups "$(param directory)" "$(param retain)"
# From here on another run may be making one.
trap 'end $?' EXIT
release_lock
progress "made $backup"

command=()
if [ -f "$state/deliver" ]; then command=("$state/deliver"); else mapfile -t command < <(param deliver); fi
[ -n "${command[*]}" ] || exit 0
# As long as its unit may take: a deploy that changes the code waits for it, too.
(cd / && at_most=21600 in_time "${command[@]}" "$backup" </dev/null) ||
    fail "${command[0]} ended with exit status $?; the backup itself is $backup"
progress "handed over by ${command[0]}"
