# What somebody has changed by hand: what is otherwise than the ledger says, and what each kind's own function "drift" finds out of
# what runs.
# shellcheck shell=bash

found() {
    printf '%s\t%s\n' "$name" "$1"
}

# check_component KIND NAME HASH: against the manifest that is declared, and what that on the host says.
check_component() (
    kind=$1 name=$2 hash=$3 state=$STATE/components/$2
    if [ ! -f "$state/manifest" ]; then
        found "nothing of it is on this host"
        return
    fi
    if [ ! -f "$state/converged" ]; then
        found "the last deploy of it has failed"
        return
    fi
    if [ "$hash" != unknown ] && [ "$(sha256sum <"$state/converged")" != "$hash  -" ]; then
        found "what is declared has not been deployed, or a deploy of it was killed"
        return
    fi
    unpack_manifest "$state/manifest" "$work/$name"
    # shellcheck source=/dev/null
    . "$scripts/kinds/$kind.sh"
    if [ -f "$state/ledger" ]; then
        check_ledger "$state/ledger"
    else
        found "it was deployed by a release that noted less; what is otherwise is known after its next deploy"
    fi
    if declare -F drift >/dev/null; then drift; fi
)

# check_use UNIT STAMP FILE...: a unit that runs has read the files as they are.
check_use() {
    ! systemctl is-active --quiet "$1" || in_use "$@" || found "$1 may run with other settings than its files have now"
}
