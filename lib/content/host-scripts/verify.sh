#!/usr/bin/env bash
# verify.sh NAME: compares what a cluster runs with the manifest on standard input, and prints the comparison as JSON.
# Changes nothing.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
name=$1
# shellcheck source=lib/question-run.sh
. "$scripts/lib/question-run.sh"
# shellcheck source=kinds/content.sh
. "$scripts/kinds/content.sh"

fail() {
    printf '%s: %s\n' "$name" "$1" | visible >&2
    exit 1
}

cat >"$work/manifest"
unpack_manifest "$work/manifest" "$work/entries"
enter_cluster
admin "$(first_server)" report "$(for_zato "$(file expected)")" "$(for_zato "$(baseline)")"
