#!/usr/bin/env bash
# try.sh [FOLDER]: builds the package `cdktn-zato` out of the same sources, tests it, shows that the examples
# synthesize to the same resources in both, and tries the packed package in a project with cdktn alone. With FOLDER, it is built
# there, and left. TARBALL, if set, is where the packed package is left. Needs the npm registry, and dependencies installed here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
project=${1:-$work/cdktn-zato}

# As its CLI says it: what cdktf.json has as "targetVersions".
CDKTF_CONTEXT_JSON=$(node -p 'JSON.stringify({ targetVersions: require("./cdktf.json").targetVersions })')
export CDKTF_CONTEXT_JSON

node scripts/cdktn/stage.js "$project"
cd "$project"
project=$PWD
npm install --no-package-lock --no-audit --no-fund --loglevel=error
if npm ls cdktf >/dev/null 2>&1; then echo "cdktf is installed beside cdktn"; exit 1; fi
# Where the frameworks, or their classes of the AWS provider, could differ; the resources of all examples are compared below.
# Pages that name the framework are read in the other package; commands that only look at hosts ask no framework.
# The folders come first: Jest takes all that follows the option for patterns of it.
on_hosts='(log|shell|ssh|status|parity|web-admin)[^/]*'
npx --no-install jest test/aws test/cli test/contract test/deployment test/remote test/testing test/validation \
    --testPathIgnorePatterns "^$project/(node_modules/|test/(faults|haproxy|lab|tools)/|test/contract/(runbook|upgrading)|test/cli/$on_hosts$|test/remote/reach)"

mkdir "$work/cdktf" "$work/cdktn"
for program in examples/*/main.ts; do
    example=$(basename "$(dirname "$program")")
    CDKTF_OUTDIR=$work/cdktn/$example node --import tsx "$program"
    (cd "$root" && CDKTF_OUTDIR=$work/cdktf/$example node --import tsx "$program")
done
node scripts/cdktn/compare.js "$work/cdktf" "$work/cdktn"

# Its build is what compiles the sources.
bash scripts/try-package.sh
[ -z "${TARBALL:-}" ] || npm pack --silent --pack-destination "$TARBALL" >/dev/null
