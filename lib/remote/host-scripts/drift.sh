#!/usr/bin/env bash
# drift.sh: reads which components are declared for this host, a line "KIND NAME HASH" each, with the SHA-256 of the manifest or
# "unknown", and prints what is not as declared or as the last deploy left it, a line "NAME<tab>FINDING" each. Changes nothing.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/question-run.sh
. "$scripts/lib/question-run.sh"

if is_run_at_work; then fail "a deploy is at work on this host; ask again when it has ended"; fi
cat >"$work/components"
while read -r kind name hash; do
    check_component "$kind" "$name" "$hash"
done <"$work/components"
