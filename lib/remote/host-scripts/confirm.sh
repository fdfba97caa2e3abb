#!/usr/bin/env bash
# confirm.sh KIND NAME: keeps what converge.sh has done to the component NAME for a trial: that this script runs shows that
# one can still log in.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/component-run.sh
. "$scripts/lib/component-run.sh"

take_lock
state=$STATE/components/$name
unpack_manifest "$state/manifest" "$work/entries"
host=$(param host) label=$(param label)
confirm
extend_ledger
progress "confirmed by another log-in"
