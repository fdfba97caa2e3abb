#!/usr/bin/env bash
# Runs shellcheck over every shell script of the project.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v shellcheck >/dev/null; then
    echo "shellcheck is missing; get it by 'apt-get install shellcheck' or 'brew install shellcheck'" >&2
    exit 1
fi

mapfile -t scripts < <(git ls-files -- 'lib/*.sh' 'lab/*.sh' 'scripts/*.sh' .ci/run)
shellcheck -- "${scripts[@]}"
