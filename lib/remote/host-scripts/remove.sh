#!/usr/bin/env bash
# remove.sh KIND NAME: takes the component NAME off this host. What was never there, or is gone already, is no error.
set -euo pipefail
umask 077

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/own-session.sh
. "$scripts/lib/own-session.sh"
kind=$1 name=$2
# shellcheck source=lib/all.sh
. "$scripts/lib/all.sh"
# shellcheck source=/dev/null
. "$scripts/kinds/$kind.sh"

begin "$name"
state=$STATE/components/$name
if [ "$kind" = host ]; then
    host=$name
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
