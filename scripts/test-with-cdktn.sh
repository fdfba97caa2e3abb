#!/usr/bin/env bash
# Runs the unit tests with cdktn, the successor of cdktf, in cdktf's place, the way the README tells its users to:
# by an npm alias. In a copy, since it needs other dependencies. Needs the npm registry.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

project=$(mktemp -d)
trap 'rm -rf -- "$project"' EXIT

git ls-files -z --cached --others --exclude-standard -- docs lib test lab examples scripts cdktf.json 'tsconfig*.json' 'jest*.js' |
    while IFS= read -r -d '' file; do
        [ ! -f "$file" ] || printf '%s\0' "$file"
    done |
    tar --create --null --files-from=- | tar --extract --directory "$project"
node scripts/cdktn-package.js >"$project/package.json"

cd "$project"
npm install --no-package-lock --no-audit --no-fund --loglevel=error
npm ls cdktf
npx --no-install tsc --noEmit -p tsconfig.build.json
npx --no-install jest "$@"
