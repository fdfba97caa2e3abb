#!/usr/bin/env bash
# converge.sh KIND NAME STAGED: brings the component NAME to the state that STAGED.manifest describes. It may be run
# any number of times, and be cut off at any point: a further run ends in the same state.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/component-run.sh
. "$scripts/lib/component-run.sh"

staging=$(realpath "$(dirname "$3")") staged=$(basename "$3")
# Not in the working folder, which is memory.
on_disk=$(mktemp -d "$STATE/staged.XXXXXXXX")
trap 'status=$?; end "$status"; rm -rf -- "$on_disk"' EXIT
mv -t "$on_disk" -- "$staging/$staged".*
staged=$on_disk/$staged
split_manifests "$staged.manifest" "$work/earlier"
unpack_manifest "$staged.manifest" "$work/entries"
host=$(param host) label=$(param label)
[ -n "${LOCKED:-}" ] || take_lock
clear_staging "$staging"
find "$STATE" -mindepth 1 -maxdepth 1 -name 'staged.*' -mmin +180 -exec rm -rf {} + 2>/dev/null || true
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
keep_ledger
cp "$state/manifest" "$state/converged"
progress "as declared"
