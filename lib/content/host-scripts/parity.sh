#!/usr/bin/env bash
# parity.sh NAME ask|decide ADDRESS: whether a cluster still runs the content that it was brought to, when all clusters
# have been brought to it. "ask" shows what differs; "decide", after all clusters were asked, fails if something did.
# Changes nothing. ADDRESS is Terraform's of the content.
set -euo pipefail
umask 077

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
component=$1 step=$2 address=$3
# shellcheck source=lib/all.sh
. "$scripts/lib/all.sh"
# shellcheck source=kinds/content.sh
. "$scripts/kinds/content.sh"

begin "$component.parity"
state=$STATE/components/$component
unpack_manifest "$state/manifest" "$work/entries"
host=$(param host) label=parity
# A scheduler that is about to start restarts the servers.
[ -n "${LOCKED:-}" ] || take_lock
if [ "$step" = ask ]; then
    rm -f "$state/differs"
    enter_cluster
    if is_as_declared; then progress "as declared"; else touch "$state/differs"; fi
elif [ -f "$state/differs" ]; then
    fail "the cluster $(param cluster) is not as declared; bring it back, by terraform or tofu: apply -replace='$address'"
fi
