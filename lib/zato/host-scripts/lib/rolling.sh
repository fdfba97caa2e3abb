# Changes without a request being lost: one server at a time leaves the cluster's load-balancer; where the whole cluster has
# to stop, balancers in front leave it out before.
# shellcheck shell=bash

# folders_of_this_cluster KIND: the folders of our state that are those of components of the same cluster.
folders_of_this_cluster() {
    local folder kind
    for folder in "$STATE"/components/*/; do
        if ! read -r kind 2>/dev/null <"$folder/kind" || [ "$kind" != "$1" ]; then continue; fi
        if is_of_this_cluster "$folder/manifest"; then printf '%s\n' "$folder"; fi
    done
}

# is_of_this_cluster MANIFEST: by what it says, since the name of another one may begin with this one's.
is_of_this_cluster() {
    grep -A1 -x '@param cluster' "$1" | grep -xF "|$(param cluster)" >/dev/null
}

# enter_component FOLDER: for a subshell, in which param and file are those of another component.
enter_component() {
    state=${1%/}
    unpack_manifest "$state/manifest" "$(mktemp -d "$work/other.XXXXXX")"
}

# awaits_content: whether the cluster has a new database, and what it ran is not in there yet.
awaits_content() {
    local folder
    folder=$(folders_of_this_cluster content)
    [ -n "$folder" ] && [ -e "$folder/awaited" ]
}

# held_mark NAME: is there while a server of that name is kept from requests by its start (server-start.sh).
held_mark() {
    printf '%s' "$RUN/held-$1"
}

# restart_servers: all of this cluster's that are on this host, one after the other.
restart_servers() {
    local folder
    for folder in $(folders_of_this_cluster server); do
        restart_server "$folder" || return
    done
}

restart_server() {
    progress "restarting the server $(basename "$1")"
    (
        enter_component "$1"
        # shellcheck source=../kinds/server.sh
        . "$scripts/kinds/server.sh"
        trap '[ "$?" -eq 0 ] || leave_to_checks' EXIT
        restart
        wait_for_workers
        put_back
    )
}

# take_cluster_out: the load-balancer tells health checks that it is about to stop, and serves what comes until balancers in
# front have noticed. Not where no other cluster answers: requests would find none at all. A restore keeps it out (KEPT_OUT) until all is done.
take_cluster_out() {
    [ -n "${KEPT_OUT:-}" ] || at_load_balancer say_goodbye
}

# at_load_balancer FUNCTION [ARGUMENT...]: as of this cluster's load-balancer, where it has one.
at_load_balancer() {
    local folder
    folder=$(folders_of_this_cluster load-balancer)
    if [ -n "$folder" ]; then (enter_component "$folder" && "$@"); fi
}

say_goodbye() {
    local socket
    socket=$(param socket)
    if ! systemctl is-active --quiet "$(param unit)" || [ "$(param notice_seconds)" = 0 ]; then return; fi
    if ! another_cluster_answers; then
        progress "no other cluster answers, so this one stays where it is, and requests may be lost"
        return
    fi
    progress "letting balancers in front take the cluster out ($(param notice_seconds) s)"
    haproxy_admin "$socket" "add acl $(param taken_out_acl) out"
    touch "$state/taken-out"
    sleep "$(param notice_seconds)"
    wait_until "$(param drain_seconds)" "requests under way" haproxy_is_idle "$socket" "$(param back_end)/BACKEND" ||
        progress "requests are still under way after $(param drain_seconds) s; they are given up"
}

another_cluster_answers() {
    local url
    while read -r url; do
        if [ -n "$url" ] && answers_by_address "$url"; then return; fi
    done < <(param other_clusters; echo)
    return 1
}

# put_cluster_back: and wait until balancers in front have noticed, since the next cluster may be taken out afterwards.
put_cluster_back() {
    [ -n "${KEPT_OUT:-}" ] || at_load_balancer say_hello
}

say_hello() {
    [ -f "$state/taken-out" ] || return 0
    haproxy_admin "$(param socket)" "clear acl $(param taken_out_acl)" || true
    rm -f "$state/taken-out"
    progress "waiting until balancers in front have the cluster back ($(param notice_seconds) s)"
    sleep "$(param notice_seconds)"
}

# is_out_of_all: whether the load-balancer tells health checks so, be it by hand.
is_out_of_all() {
    [ -S "$(param socket)" ] && haproxy_admin "$(param socket)" "show acl $(param taken_out_acl)" | grep ' out$' >/dev/null
}

# where_it_stopped: what goes on, and which ways lead on; when a step of a cluster has failed.
where_it_stopped() {
    say "stopped here; what comes after it, on this host and on others, was not touched"
    at_load_balancer say_who_answers
    say "to go on, remove the cause and deploy again; to go back, deploy the former program"
}

say_who_answers() {
    local usable
    usable=$(haproxy_usable "$(param socket)" "$(param back_end)" | sed "s/^$(param server_prefix)//" | paste -sd ' ')
    say "servers of the cluster $(param cluster) that get requests: ${usable:-none}"
}
