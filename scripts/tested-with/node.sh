#!/usr/bin/env bash
# node.sh: the unit tests and the packed package with releases of Node (NODE, by default "20 22 24 26"), and programs that use the
# package with releases of the compiler (TYPESCRIPT, by default "5.9 6 7"). Needs the npm registry, and dependencies installed here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
status=0

for version in ${NODE-20 22 24 26}; do
    npm install --silent --no-audit --no-fund --prefix "$work/$version" "node@$version"
    (
        PATH=$work/$version/node_modules/node/bin:$PATH
        printf 'Node %s\n' "$(node --version)"
        npm test && bash scripts/try-package.sh
    ) || status=1
done
for version in ${TYPESCRIPT-5.9 6 7}; do
    printf 'TypeScript %s\n' "$version"
    TYPESCRIPT=$version bash scripts/try-package.sh || status=1
done
exit "$status"
