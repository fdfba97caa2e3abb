#!/usr/bin/env bash
# publish.sh [--dry-run [FOLDER]]: publishes both packages, `cdktf-zato` and `cdktn-zato`, with provenance where a workflow does it. A
# version with a hyphen (1.0.0-rc.1) gets the tag "next". What the registry has already is left alone, so it may be run again when it
# has failed. With --dry-run npm says what it would publish; with FOLDER, where cdktn/try.sh has built the one package, of what is built
# there and here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

commit=$(git rev-parse HEAD)

# is_published: whether the registry has the package of this folder in its version.
is_published() {
    local package of
    package=$(node -p 'const { name, version } = require("./package.json"); name + "@" + version')
    [ -n "$(npm view "$package" version 2>/dev/null)" ] || return 1
    of=$(npm view "$package" gitHead 2>/dev/null || true)
    if [ -n "$of" ] && [ "$of" != "$commit" ]; then
        printf '%s is published already, of the commit %s, and this is %s: raise the version\n' "$package" "$of" "$commit" >&2
        exit 1
    fi
    printf '%s is published already\n' "$package"
}

options=(--access public)
case $(node -p 'require("./package.json").version') in
    *-*) options+=(--tag next) ;;
esac
if [ "${1:-}" = --dry-run ]; then
    options+=(--dry-run)
elif [ "${GITHUB_ACTIONS:-}" = true ]; then
    options+=(--provenance)
fi

if [ -n "${2:-}" ]; then
    staged=$2
    options+=(--ignore-scripts)
else
    staged=$(mktemp -d)
    trap 'rm -rf -- "$staged"' EXIT
    node scripts/cdktn/stage.js "$staged"
    (cd "$staged" && npm install --no-package-lock --no-audit --no-fund --loglevel=error)
fi

is_published || npm publish "${options[@]}"
cd "$staged"
# As npm notes it itself in a clone.
npm pkg set "gitHead=$commit"
is_published || npm publish "${options[@]}"
