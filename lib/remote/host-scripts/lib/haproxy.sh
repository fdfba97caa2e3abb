# HAProxy: configurations are checked before they are put in place, and servers are drained before they stop.
# shellcheck shell=bash

need_haproxy() {
    need_packages_stopped haproxy.service haproxy socat
}

# install_haproxy_config SOURCE TARGET OWNER: refuses what HAProxy would not start with.
install_haproxy_config() {
    local complaints
    complaints=$(haproxy -c -q -f "$1" 2>&1) || fail "haproxy does not accept the configuration: $complaints"
    install_file "$1" "$2" 0600 "$3"
}

# use_haproxy_config UNIT CONFIG: restarts when the unit is new, reloads when the configuration is.
use_haproxy_config() {
    local unit=$1 config=$2 file=/etc/systemd/system/$1
    if ! in_use "$unit" started "$file"; then
        before_restart
        systemctl restart "$unit"
    elif ! in_use "$unit" loaded "$config"; then
        systemctl reload "$unit"
    fi
    note_use started "$file"
    note_use loaded "$config"
}

# What a kind does first, if anything.
before_restart() {
    :
}

# haproxy_admin SOCKET COMMAND
haproxy_admin() {
    printf '%s\n' "$2" | socat -t 5 - "UNIX-CONNECT:$1"
}

# haproxy_sessions SOCKET BACKEND/SERVER: how many requests it works on.
haproxy_sessions() {
    haproxy_admin "$1" 'show stat' | awk -F, -v server="$2" '$1 "/" $2 == server { print $5 }'
}

haproxy_is_idle() {
    local sessions
    sessions=$(haproxy_sessions "$1" "$2")
    [ -z "$sessions" ] || [ "$sessions" = 0 ]
}

# haproxy_drain SOCKET BACKEND/SERVER SECONDS: no new requests for the server; those under way get the time given.
haproxy_drain() {
    [ -S "$1" ] || return 0
    haproxy_admin "$1" "set server $2 state drain" || return 0
    wait_until "$3" "requests under way on ${2##*/}" haproxy_is_idle "$1" "$2" ||
        progress "${2##*/} still has requests under way after $3 s; they are given up"
}

haproxy_ready() {
    [ -S "$1" ] || return 0
    haproxy_admin "$1" "set server $2 state ready"
    haproxy_admin "$1" "set server $2 health up"
}
