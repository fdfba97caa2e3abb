#!/usr/bin/env bash
# verify.sh NAME: compares what a cluster runs with the manifest on standard input, and prints the comparison as JSON.
# Changes nothing.
set -euo pipefail
umask 077

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
name=$1
# shellcheck source=lib/all.sh
. "$scripts/lib/all.sh"
make_work
trap 'rm -rf -- "$work"' EXIT

fail() {
    printf '%s: %s\n' "$name" "$1" >&2
    exit 1
}

cat >"$work/manifest"
unpack_manifest "$work/manifest" "$work/entries"
server=$(param servers | sed -n '1s/ .*//p')
admin "$server" report "$(for_zato "$(file expected)")" "$(for_zato "$STATE/baseline-$(param cluster).json")"
