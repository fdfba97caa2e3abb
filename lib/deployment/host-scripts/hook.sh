#!/usr/bin/env bash
# hook.sh STAGED: runs a script of the user's, STAGED.files/script, on this host. STAGED.about says a variable a line, NAME=VALUE, of what it
# is about.
set -euo pipefail
umask 077

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=../../remote/host-scripts/lib/session.sh
. "$scripts/lib/session.sh"

# Root's alone, and not where nothing can be executed.
install -d -m 0700 "$STATE"
folder=$(mktemp -d "$STATE/hook.XXXXXXXX")
trap 'rm -rf -- "$folder"' EXIT
mv -t "$folder" -- "$1".*
while IFS='=' read -r name value; do
    export "$name=$value"
done <"$folder/$(basename "$1").about"
hook_script=$folder/$(basename "$1").files/script
export hook_script
cd /
sh "$scripts/run-hook.sh"
