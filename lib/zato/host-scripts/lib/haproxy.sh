# HAProxy: configurations are checked before they are put in place, and servers are drained before they stop.
# shellcheck shell=bash

need_haproxy() {
    need_packages_stopped haproxy.service haproxy socat
}

# install_haproxy_config SOURCE TARGET MODE OWNER[:GROUP]: refuses what HAProxy would not start with.
install_haproxy_config() {
    local complaints
    as_the_kernel_can "$1" | as_haproxy_can | as_resolver_can | with_addresses "$2" >"$work/haproxy.cfg"
    complaints=$(haproxy -c -q -f "$work/haproxy.cfg" 2>&1) || fail "haproxy does not accept the configuration: $complaints"
    install_file "$work/haproxy.cfg" "$2" "$3" "$4"
}

# as_the_kernel_can CONFIG: without sockets for IPv6 beside those for IPv4, where the kernel knows nothing of IPv6.
as_the_kernel_can() {
    if [ -e /proc/net/if_inet6 ]; then cat "$1"; else sed '/^ *bind 0/s/,\[::\]:[0-9]* v6only//' "$1"; fi
}

# as_haproxy_can: releases before 2.6 do not know the option that lets idle clients hear of a stop in an answer, not in a reset.
as_haproxy_can() {
    if [ "$(printf '%s\n' 2.6 "$(haproxy_version)" | sort -V | head -n 1)" = 2.6 ]; then cat; else sed '/^ *option idle-close-on-response$/d'; fi
}

# as_resolver_can: where the host names no DNS servers, the one that its own libc asks then. HAProxy would not start.
as_resolver_can() {
    if [ -e /etc/resolv.conf ]; then cat; else sed 's/^ *parse-resolv-conf$/    nameserver local 127.0.0.1:53/'; fi
}

# with_addresses FORMER: servers that are known by name begin with the address that it means now, or else did when FORMER was written. HAProxy asks
# DNS when it runs; before, it would wait for a silent one at each start, once for each line, and knows no other addresses than DNS has.
with_addresses() {
    local name
    cat >"$work/named.cfg"
    {
        sed -n 's/^ *server [^ ]* \([^ ]*\):[0-9]* .* init-addr \([^ ,]*\),none .*/\1 \2/p' "$1" 2>/dev/null || true
        while read -r name; do
            { timeout 5 getent ahosts "$name" || true; } | awk -v name="$name" '!n && $1 ~ /^[0-9A-Fa-f.:]+$/ { print name, $1; n = 1 }'
        done < <(sed -n 's/^ *server [^ ]* \([^ ]*\):[0-9]* .* init-addr none .*/\1/p' "$work/named.cfg" | sort -u)
    } >"$work/addresses"
    awk -v known="$work/addresses" '
        BEGIN { while ((getline <known) > 0) address[$1] = $2 }
        { name = $1 == "server" ? $3 : ""; sub(/:[0-9]+$/, "", name) }
        name in address { sub(/ init-addr none /, " init-addr " address[name] ",none ") }
        { print }
    ' "$work/named.cfg"
}

haproxy_version() {
    haproxy -v | sed -n '1s/^.* version \([0-9.]*\).*/\1/p'
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

# haproxy_admin SOCKET COMMAND: in a folder of zato a socket may be a link to any other one, and say anything.
haproxy_admin() {
    local as=()
    [ "$(stat -c %U -- "$(dirname "$1")" 2>/dev/null)" != zato ] || as=(as_zato_with_input)
    printf '%s\n' "$2" | "${as[@]}" timeout 30 socat -t 5 - "UNIX-CONNECT:$1"
}

# haproxy_sessions SOCKET BACKEND/SERVER: how many requests it works on, those included that must not be repeated and have a
# back end of their own; nothing for a server that is unknown.
haproxy_sessions() {
    haproxy_admin "$1" 'show stat' | awk -F, -v backend="${2%/*}" -v once="$(param back_end_once)" -v server="${2##*/}" '
        ($1 == backend || $1 == once) && $2 == server { sum += $5; found = 1 }
        END { if (found) print sum }'
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

# haproxy_out_of_rotation SOCKET BACKEND[/SERVER]: the servers that somebody has drained or put into maintenance by hand, a line each.
haproxy_out_of_rotation() {
    haproxy_by_hand "$1" "$2" taken-out
}

# haproxy_put_back_by_hand SOCKET BACKEND[/SERVER]: the servers that the configuration keeps from requests, and that somebody has
# given some by hand, a line each.
haproxy_put_back_by_hand() {
    haproxy_by_hand "$1" "$2" put-back
}

# haproxy_by_hand SOCKET BACKEND[/SERVER] WHAT: of srv_admin_state, 0x01 is maintenance, 0x08 drain, and 0x04 tells that the
# configuration has put the server into maintenance: it stays when somebody ends that. What is no number, arithmetic would run as a
# command.
haproxy_by_hand() {
    local backend server admin what
    haproxy_admin "$1" 'show servers state' | awk '/^[0-9]/ && $7 ~ /^[0-9]+$/ { print $2, $4, $7 }' | while read -r backend server admin; do
        case $2 in "$backend" | "$backend/$server") ;; *) continue ;; esac
        what=none
        case $((admin & 0x0d)) in
            1 | 8 | 9) what=taken-out ;;
            4) what=put-back ;;
        esac
        if [ "$what" = "$3" ]; then printf '%s/%s\n' "$backend" "$server"; fi
    done
}

# haproxy_has_others SOCKET BACKEND/SERVER: whether another server gets requests, or there is no HAProxy that sends any.
haproxy_has_others() {
    [ -S "$1" ] || return 0
    haproxy_usable "$1" "${2%/*}" | grep -qvxF "${2##*/}"
}

# check_in_rotation SOCKET BACKEND[/SERVER]: nobody has taken a server out by hand.
check_in_rotation() {
    local server
    [ -S "$1" ] || return 0
    while read -r server; do
        found "$server gets no requests: it was taken out by hand"
    done < <(haproxy_out_of_rotation "$1" "$2")
    while read -r server; do
        found "$server gets requests: it is declared drained, and was put back by hand"
    done < <(haproxy_put_back_by_hand "$1" "$2")
}
