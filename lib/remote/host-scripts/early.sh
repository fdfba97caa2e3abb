#!/usr/bin/env bash
# early.sh KIND NAME STAGED: converge.sh for a component that may come before what it waits for is as declared, if its kind finds
# that nothing is lost by it; else it is left until then.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/component-run.sh
. "$scripts/lib/component-run.sh"

staging=$(realpath "$(dirname "$3")") staged=$(basename "$3")
mkdir -p "$work/early/run"
mv -t "$work/early" -- "$staging/$staged".*
staged=$work/early/$staged
unpack_manifest "$staged.manifest" "$work/entries"
host=$(param host) label=$(param label) state=$STATE/components/$name
take_lock
if may_come_early; then
    EARLY=yes LOCKED=yes bash "$scripts/converge.sh" "$kind" "$name" "$staged" >&3
else
    if declare -F instead_of_early >/dev/null; then instead_of_early; fi
    progress "stays as it is until the clusters are reached another way"
fi
