#!/usr/bin/env bash
# try.sh: builds the package `cdktn-zato` out of the same sources, compiles and tests it, shows that the examples synthesize to the
# same resources in both, and tries the packed package in a project with cdktn alone. TARBALL, if set, is where the package is
# left. Needs the npm registry, and dependencies installed here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
project=$work/cdktn-zato

# As its CLI says it: what cdktf.json has as "targetVersions".
CDKTF_CONTEXT_JSON=$(node -p 'JSON.stringify({ targetVersions: require("./cdktf.json").targetVersions })')
export CDKTF_CONTEXT_JSON

node scripts/cdktn/stage.js "$project"
cd "$project"
npm install --no-package-lock --no-audit --no-fund --loglevel=error
if npm ls cdktf >/dev/null 2>&1; then echo "cdktf is installed beside cdktn"; exit 1; fi
npx --no-install tsc --noEmit -p tsconfig.build.json
# What does not touch the framework, and what looks at pages that name it, would run the same way again.
npx --no-install jest --testPathIgnorePatterns "^$PWD/(node_modules/|test/(ci|host-scripts|haproxy|lab|faults)/|test/contract/(runbook|upgrading))"

mkdir "$work/cdktf" "$work/cdktn"
for program in examples/*/main.ts; do
    example=$(basename "$(dirname "$program")")
    CDKTF_OUTDIR=$work/cdktn/$example npx --no-install tsx "$program"
    (cd "$root" && CDKTF_OUTDIR=$work/cdktf/$example npx --no-install tsx "$program")
done
node scripts/cdktn/compare.js "$work/cdktf" "$work/cdktn"

bash scripts/try-package.sh
[ -z "${TARBALL:-}" ] || npm pack --silent --pack-destination "$TARBALL" >/dev/null
