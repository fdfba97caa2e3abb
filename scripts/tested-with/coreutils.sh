#!/usr/bin/env bash
# coreutils.sh: the host scripts' own tests, and an installation on two hosts of the lab, where uutils and sudo-rs are in the places of
# GNU's coreutils and of sudo, as in Ubuntu from 25.10 on. Needs what the lab needs (lab/README.md).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

status=0
bash scripts/tested-with/in-image.sh forky bash -c '
    apt-get install -q -y --no-install-recommends prometheus >/dev/null
    coreutils --version
    sudo --version
    node node_modules/jest/bin/jest.js --cacheDirectory /tmp/jest test/host-scripts
' || status=1
LAB_RELEASE=forky npx --no-install jest --config jest.lab.config.js two-hosts || status=1
exit "$status"
