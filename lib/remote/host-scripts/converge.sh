#!/usr/bin/env bash
# converge.sh KIND NAME STAGED: brings the component NAME to the state that STAGED.manifest describes. It may be run
# any number of times, and be cut off at any point: a further run ends in the same state.
set -euo pipefail
umask 077

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib/own-session.sh
. "$scripts/lib/own-session.sh"
kind=$1 name=$2 staging=$(realpath "$(dirname "$3")")
# shellcheck source=lib/all.sh
. "$scripts/lib/all.sh"
# shellcheck source=/dev/null
. "$scripts/kinds/$kind.sh"

begin "$name"
# What was staged is ours from here on: the run that we may have to wait for was given the same names.
mkdir "$work/staged"
find "$staging" -maxdepth 1 \( -name "$name.manifest" -o -name "$name.files" -o -name "$name.secret.*" \) \
    -exec mv -t "$work/staged" {} +
staged=$work/staged/$name
split_manifests "$staged.manifest" "$work/earlier"
unpack_manifest "$staged.manifest" "$work/entries"
host=$(param host) label=$(param label)
[ -n "${LOCKED:-}" ] || take_lock
# Terraform empties its scripts when they have run, and leaves them there.
find "$staging/run" -name '*.sh' -size 0 -delete
make_up_for_predecessors "$work/earlier"

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
