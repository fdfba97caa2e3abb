#!/usr/bin/env bash
# fetch-requirements.sh PYTHON REQUIREMENTS: prints the packages as a tar. What they need in turn comes in the versions that Zato itself
# has, since servers find these packages before Zato's own; what REQUIREMENTS itself names may be another one.
set -euo pipefail
umask 022

python=$1 requirements=$2
cd "$STATE_DIRECTORY"
rm -rf -- tmp packages
mkdir tmp packages
export HOME=$PWD TMPDIR=$PWD/tmp PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_NO_CACHE_DIR=1

"$python" -m pip list --format=freeze >installed
awk '
    function normal(name) { name = tolower(name); gsub(/[-_.]+/, "-", name); return name }
    NR == FNR { if (match($0, /^[A-Za-z0-9][A-Za-z0-9._-]*/)) named[normal(substr($0, 1, RLENGTH))]; next }
    { split($0, part, "=="); if (!(normal(part[1]) in named)) print }
' <(sed 's/^[[:space:]]*//' "$requirements") installed >constraints
"$python" -m pip install -q --target packages --constraint constraints --requirement "$requirements" >&2
tar -c -C packages .
