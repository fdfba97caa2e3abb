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

# use_haproxy_config UNIT CONFIG [CERTIFICATE...]: restarts when the unit is new, reloads when what it reads is.
use_haproxy_config() {
    local unit=$1 config=$2 file=/etc/systemd/system/$1
    shift 2
    if ! in_use "$unit" started "$file"; then
        before_restart
        systemctl restart "$unit"
    elif ! in_use "$unit" loaded "$config" || ! { [ "$#" -eq 0 ] || in_use "$unit" certified "$@"; }; then
        systemctl reload "$unit"
    fi
    note_use started "$file"
    note_use loaded "$config"
    [ "$#" -eq 0 ] || note_use certified "$@"
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

# haproxy_leave_to_checks SOCKET BACKEND/SERVER: requests again as soon as HAProxy's own checks are content.
haproxy_leave_to_checks() {
    [ -S "$1" ] || return 0
    haproxy_admin "$1" "set server $2 state ready"
}

# haproxy_is_healthy SOCKET BACKEND/SERVER: whether HAProxy's last check of the server was good; true where HAProxy does not
# run, or does not know the server yet.
haproxy_is_healthy() {
    [ -S "$1" ] || return 0
    haproxy_admin "$1" 'show stat' | awk -F, -v server="$2" '$1 "/" $2 == server && $37 !~ /L7OK$/ { bad = 1 } END { exit bad }'
}

# haproxy_usable SOCKET BACKEND: the servers that get requests, a line each.
haproxy_usable() {
    haproxy_admin "$1" 'show stat' | awk -F, -v backend="$2" '$1 == backend && $2 != "BACKEND" && $18 ~ /^UP/ { print $2 }'
}

# haproxy_out_of_rotation SOCKET BACKEND[/SERVER]: the servers that somebody has drained or put into maintenance, by name and
# not by the configuration, a line each.
haproxy_out_of_rotation() {
    local backend server admin
    haproxy_admin "$1" 'show servers state' | awk '/^[0-9]/ { print $2, $4, $7 }' | while read -r backend server admin; do
        case $2 in "$backend" | "$backend/$server") ;; *) continue ;; esac
        # Of srv_admin_state: 0x01 forced maintenance, 0x08 forced drain.
        if [ "$((admin & 0x09))" -ne 0 ]; then printf '%s/%s\n' "$backend" "$server"; fi
    done
}

# haproxy_has_others SOCKET BACKEND/SERVER: whether another server gets requests, or there is no HAProxy that sends any.
haproxy_has_others() {
    [ -S "$1" ] || return 0
    haproxy_usable "$1" "${2%/*}" | grep -qvxF "${2##*/}"
}
