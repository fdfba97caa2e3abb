#!/usr/bin/env bash
# start.sh KIND NAME STAGED: starts the component NAME, which converge.sh has made ready to be started. STAGED holds what it
# should be, in case converge.sh never ran.
set -euo pipefail
umask 077

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/own-session.sh
. "$scripts/lib/own-session.sh"
kind=$1 name=$2 staged=$(realpath "$3")
# shellcheck source=lib/all.sh
. "$scripts/lib/all.sh"
# shellcheck source=/dev/null
. "$scripts/kinds/$kind.sh"

begin "$name"
mv "$staged" "$work/staged"
split_manifests "$work/staged" "$work/earlier"
take_lock
make_up_for_predecessors "$work/earlier"
state=$STATE/components/$name
unpack_manifest "$state/manifest" "$work/entries"
host=$(param host) label=$(param label)
progress "starting"
start
progress "running"
