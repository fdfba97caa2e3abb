#!/usr/bin/env bash
# haproxy.sh [RELEASE|PROGRAM...]: lets several HAProxies check all kinds of configurations that the library renders, and run them under
# requests (test/haproxy): those of releases of Debian (bookworm, trixie, forky; without arguments these), as hosts of the lab have
# them, or programs that are named by absolute paths.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

[ "$#" -gt 0 ] || set -- bookworm trixie forky
status=0
for haproxy in "$@"; do
    case $haproxy in
        /*) run=() HAPROXY=$haproxy ;;
        *) run=(bash scripts/tested-with/in-image.sh "$haproxy") HAPROXY=haproxy ;;
    esac
    export HAPROXY
    # shellcheck disable=SC2016 # each expands where it runs
    "${run[@]}" bash -c '
        "${HAPROXY:-haproxy}" -v | head -n 1
        node node_modules/jest/bin/jest.js --config jest.haproxy.config.js --cacheDirectory "$(mktemp -d)"
    ' || status=1
done
exit "$status"
