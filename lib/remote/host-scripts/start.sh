#!/usr/bin/env bash
# start.sh KIND NAME STAGED: starts the component NAME, which converge.sh has made ready to be started. STAGED holds what it
# should be, in case converge.sh never ran.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/component-run.sh
. "$scripts/lib/component-run.sh"

mv "$3" "$work/staged"
split_manifests "$work/staged" "$work/earlier"
[ -n "${LOCKED:-}" ] || take_lock
make_up_for_predecessors "$work/earlier"
state=$STATE/components/$name
unpack_manifest "$state/manifest" "$work/entries"
host=$(param host) label=$(param label)
on_failure=when_failed
progress "starting"
start
progress "running"
