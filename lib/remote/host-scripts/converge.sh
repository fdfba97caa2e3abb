#!/usr/bin/env bash
# converge.sh KIND NAME STAGED: brings the component NAME to the state that STAGED.manifest describes. It may be run
# any number of times, and be cut off at any point: a further run ends in the same state.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/component-run.sh
. "$scripts/lib/component-run.sh"

staging=$(realpath "$(dirname "$3")") staged=$(basename "$3")
# It goes with the working folder.
mkdir "$work/staged"
mv -t "$work/staged" -- "$staging/$staged".*
staged=$work/staged/$staged
split_manifests "$staged.manifest" "$work/earlier"
unpack_manifest "$staged.manifest" "$work/entries"
host=$(param host) label=$(param label)
[ -n "${LOCKED:-}" ] || take_lock
clear_staging "$staging"
make_up_for_predecessors "$work/earlier"
if declare -F when_failed >/dev/null; then on_failure=when_failed; else on_failure=where_it_stopped; fi

# What removal will need is known before anything is there to be removed.
state=$STATE/components/$name
install -d -m 0700 "$state"
printf '%s\n' "$kind" >"$state/kind"
install -m 0600 "$staged.manifest" "$state/manifest.new"
mv -f "$state/manifest.new" "$state/manifest"

rm -f "$state/converged"
converge
cp "$state/manifest" "$state/converged"
progress "as declared"
