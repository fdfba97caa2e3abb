#!/usr/bin/env bash
# server-start.sh before NAME | needed NAME | after NAME PROCESS: what systemd runs around each start of the server NAME, whoever starts it: after a
# crash or a power cut nobody else looks what it has.
set -euo pipefail
umask 077

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
when=$1 name=$2 process=${3:-}
# shellcheck source=lib/all.sh
. "$scripts/lib/all.sh"

# put_back_what_was_live: a deploy that was cut off may have left half of what was to come. One that is at work knows what it does.
put_back_what_was_live() {
    [ -d "$content/former" ] || return 0
    exec 8>"$RUN/former"
    flock 8
    exec 9>"$LOCK"
    if [ ! -d "$content/former" ] || ! flock -n 9; then return; fi
    enter_component "$content"
    progress "putting back the services that the cluster ran before a deploy was cut off"
    lay_former_back
    # Of the cluster's servers some may have read what is gone.
    printf 'unknown\n' >"$state/read-at-start"
    note_live
}

# wait_for_what_is_needed: the server gets no requests before it has loaded all that it had, however well it answers to health checks.
# Whoever has taken it out gives it back.
wait_for_what_is_needed() {
    local limit=$((SECONDS + 300)) lacks=
    if [ -e "$content/awaited" ]; then
        keep_out
        return
    fi
    [ -s "$content/needed" ] || return 0
    if is_out && [ ! -e "$(held_mark "$name")" ]; then return; fi
    touch "$(held_mark "$name")"
    until hold; has_needed; do
        lacks=$(tail -n 5 "$work/missing")
        if [ "$SECONDS" -ge "$limit" ] || [ ! -d "/proc/$process" ]; then
            progress "it gets no requests, since it lacks what the cluster ran: ${lacks}; see $(server_log)"
            exit 1
        fi
        sleep 0.3
    done
    haproxy_ready "$(param load_balancer_socket)" "$(param back_end)"
    rm -f "$(held_mark "$name")"
}

# keep_out: its database is a new one, in which there is nothing of what the cluster ran, and the deploy that was bringing it was cut off. The
# next one gives it requests. Drained, so that its load-balancer goes on to look whether it answers; one that does not know it sends it none.
keep_out() {
    local limit=$((SECONDS + 300)) answer socket
    socket=$(param load_balancer_socket)
    until is_out || [ "$SECONDS" -ge "$limit" ] || [ ! -d "/proc/$process" ] || is_run_at_work; do
        if [ -S "$socket" ] && answer=$(haproxy_admin "$socket" "set server $(param back_end) state drain"); then
            [ -z "$answer" ] || return 0
        fi
        sleep 0.3
    done
}

# hold: again and again, since a load-balancer that is restarted forgets it.
hold() {
    if [ -S "$(param load_balancer_socket)" ] && ! is_out; then
        haproxy_admin "$(param load_balancer_socket)" "set server $(param back_end) state maint" || true
    fi
}

is_out() {
    [ -S "$(param load_balancer_socket)" ] && [ -n "$(haproxy_out_of_rotation "$(param load_balancer_socket)" "$(param back_end)")" ]
}

has_needed() {
    admin "$(param address)" services "$(for_zato "$content/needed")" "$(param workers)" >"$work/missing" 2>&1
}

# Out of what is the user zato's. What is said goes to the journal, once.
cd /
exec 3>/dev/null
log='the journal'
install -d -m 0700 "$RUN"
make_work
trap 'rm -rf -- "$work"' EXIT
state=$STATE/components/$name label=$name
# Its first start comes before it is noted, or it is being removed.
[ -f "$state/manifest" ] || exit 0
unpack_manifest "$state/manifest" "$work/entries"
host=$(param host)
if [ "$when" = needed ]; then
    of_release has_what_it_needs && exit 0
    progress "it waits for what it needs, since it would start without it, and not notice when that is back"
    exit 1
fi
content=$(folders_of_this_cluster content)
[ -n "$content" ] || exit 0
case $when in
    before) put_back_what_was_live ;;
    after) wait_for_what_is_needed ;;
esac
