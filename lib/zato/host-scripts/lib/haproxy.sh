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
    local as=(in_time)
    [ "$(stat -c %U -- "$(dirname "$1")" 2>/dev/null)" != zato ] || as=(as_zato_with_input)
    printf '%s\n' "$2" | at_most=30 "${as[@]}" socat -t 5 - "UNIX-CONNECT:$1" | head -c 10000000
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

# haproxy_by_hand SOCKET BACKEND[/SERVER]: what somebody has changed by commands of servers in this back end and in those whose names begin with its
# own, which have the same servers for other requests: a line "WHAT BACKEND/SERVER" each. Of srv_admin_state, 0x01 is maintenance, 0x08 drain, and
# 0x04 tells that the configuration has put the server into maintenance: it stays when somebody ends that. Of srv_check_state, 0x02 is a check that is
# configured, 0x04 one that is made. What is no number, arithmetic would run as a command.
haproxy_by_hand() {
    local back_end server admin weight declared check
    [ -S "$1" ] || return 0
    haproxy_admin "$1" 'show servers state' |
        awk '/^[0-9]/ && $7 $8 $9 $14 ~ /^[0-9]+$/ { print $2, $4, $7, $8, $9, $14 }' |
        while read -r back_end server admin weight declared check; do
            case $2 in */*) [ "$server" = "${2##*/}" ] || continue ;; esac
            case $back_end in "${2%%/*}" | "${2%%/*}"_*) ;; *) continue ;; esac
            case $((admin & 0x0d)) in
                1 | 8 | 9) printf 'taken-out %s/%s\n' "$back_end" "$server" ;;
                4) printf 'put-back %s/%s\n' "$back_end" "$server" ;;
            esac
            [ "$weight" = "$declared" ] || printf 'weighed %s/%s\n' "$back_end" "$server"
            [ "$((check & 6))" != 2 ] || printf 'unchecked %s/%s\n' "$back_end" "$server"
        done
}

# haproxy_out_of_rotation SOCKET BACKEND/SERVER: itself, where somebody has drained it there or put it into maintenance.
haproxy_out_of_rotation() {
    haproxy_by_hand "$1" "$2" | awk -v server="$2" '$1 == "taken-out" && $2 == server { print $2 }'
}

# haproxy_undo SOCKET BACKEND[/SERVER]: all that somebody has changed by hand.
haproxy_undo() {
    local what server
    while read -r what server; do
        case $what in
            taken-out) haproxy_admin "$1" "set server $server state ready" ;;
            put-back) haproxy_admin "$1" "set server $server state maint" ;;
            weighed) haproxy_admin "$1" "set server $server weight 100%" ;;
            unchecked) haproxy_admin "$1" "enable health $server" ;;
        esac
    done < <(haproxy_by_hand "$1" "$2")
}

# haproxy_has_others SOCKET BACKEND/SERVER: whether another server gets requests, or there is no HAProxy that sends any.
haproxy_has_others() {
    [ -S "$1" ] || return 0
    haproxy_usable "$1" "${2%/*}" | grep -vxF "${2##*/}" >/dev/null
}

# check_in_rotation SOCKET BACKEND[/SERVER]: nobody has changed by hand which servers get requests.
check_in_rotation() {
    local what server
    while read -r what server; do
        case $what in
            taken-out) found "$server gets no requests: it was taken out by hand" ;;
            put-back) found "$server gets requests: it is declared drained, and was put back by hand" ;;
            weighed) found "$server gets another share of the requests than declared, or none: its weight was changed by hand" ;;
            unchecked) found "$server is not checked: its health check was disabled by hand" ;;
        esac
    done < <(haproxy_by_hand "$1" "$2")
}
