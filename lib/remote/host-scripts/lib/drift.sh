# What somebody has changed by hand. Each kind's own function "drift" says what of it is to be looked at.
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
    if declare -F drift >/dev/null; then drift; fi
)

# check_file FILE TARGET MODE OWNER: what install_file has put there.
check_file() {
    local mode
    if [ ! -e "$2" ]; then
        found "$2 is gone"
    elif ! cmp -s "$1" "$2"; then
        found "$2 was changed"
    else
        mode=$(stat -c '%a %U' "$2")
        [ "$mode" = "${3#0} $4" ] || found "$2 has the mode and owner $mode in place of ${3#0} $4"
    fi
}

# check_unit UNIT [FILE]: as install_unit has left it, running, and started at boot.
check_unit() {
    local enabled
    check_file "$(file "${2:-unit}")" "/etc/systemd/system/$1" 0644 root
    [ -z "$(overrides_of "$1")" ] || found "$1 is changed by $(overrides_of "$1")"
    enabled=$(systemctl is-enabled "$1" 2>/dev/null || true)
    [ "$enabled" = enabled ] || found "$1 does not start at boot: it is ${enabled:-gone}"
    check_active "$1"
}

check_active() {
    local active
    active=$(systemctl is-active "$1" 2>/dev/null || true)
    [ "$active" = active ] || found "$1 does not run: it is ${active:-gone}"
}

# check_use UNIT STAMP FILE...: a unit that runs has read the files as they are.
check_use() {
    ! systemctl is-active --quiet "$1" || in_use "$@" || found "$1 may run with other settings than its files have now"
}

# check_in_rotation SOCKET BACKEND[/SERVER]: nobody has taken a server out by hand.
check_in_rotation() {
    local server
    [ -S "$1" ] || return 0
    while read -r server; do
        found "$server gets no requests: it was taken out by hand"
    done < <(haproxy_out_of_rotation "$1" "$2")
}
