#!/usr/bin/env bash
# start.sh KIND NAME: starts the component NAME, which converge.sh has made ready to be started.
set -euo pipefail
umask 077

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib/own-session.sh
. "$scripts/lib/own-session.sh"
kind=$1 name=$2
# shellcheck source=lib/all.sh
. "$scripts/lib/all.sh"
# shellcheck source=/dev/null
. "$scripts/kinds/$kind.sh"

begin "$name"
unpack_manifest "$STATE/components/$name/manifest" "$work/entries"
host=$(param host) label=$(param label)
take_lock
progress "starting"
start
progress "running"
