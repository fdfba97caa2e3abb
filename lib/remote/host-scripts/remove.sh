#!/usr/bin/env bash
# remove.sh KIND NAME: takes the component NAME off this host. What was never there, or is gone already, is no error.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/component-run.sh
. "$scripts/lib/component-run.sh"

state=$STATE/components/$name
if [ "$kind" = host ]; then
    host=$name label=$name
    take_lock
    remove
elif [ -f "$state/manifest" ]; then
    unpack_manifest "$state/manifest" "$work/entries"
    host=$(param host) label=$(param label)
    take_lock
    remove
    rm -rf -- "$state"
    progress "removed"
fi
