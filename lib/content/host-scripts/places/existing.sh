# A cluster that somebody else has installed: the user that owns its servers takes the place of the user zato, on this host or in a
# container, and Zato's own upload the place of our folders. Its functions have the names of those in zato.sh, services.sh and
# server-log.sh, which they replace where a content's manifest names an owner (enter_cluster).
# shellcheck shell=bash

# What was handed over goes with each command, in a folder that the owner makes for it, and that goes with it.
# shellcheck disable=SC2016 # the shell at the other end expands its own
readonly IN_A_FOLDER='
    umask 077
    folder=$(mktemp -d) || exit
    trap "rm -rf -- \"\$folder\"" EXIT
    trap "exit 143" HUP INT TERM
    cd "$folder" && tar -xf - && "$@" </dev/null'

# as_zato COMMAND...: as the owner, with nothing on standard input, in a folder with copies of what was handed over by for_zato.
as_zato() {
    local -a there
    mapfile -t there < <(way_there)
    install -d -m 0700 "$work/handed"
    tar -C "$work/handed" -cf - . | passed_on | (cd / && in_time "${there[@]}" /bin/sh -c "$IN_A_FOLDER" _ "$@")
}

# way_there: prints the words that a command begins with to be run as the owner. Secrets are in its environment, never among words.
way_there() {
    local owner container
    owner=$(param owner) container=$(param container)
    if [ -n "$container" ]; then
        printf '%s\n' "$(param engine)" exec --interactive --user "$owner"
        compgen -e Cdktf_Zato_ | sed 's/^/--env=/' || true
        printf '%s\n' "$container"
    else
        printf '%s\n' setpriv --reuid "$owner" --regid "$(id -gn "$owner")" --init-groups --no-new-privs --inh-caps=-all \
            env HOME="$(getent passwd "$owner" | cut -d : -f 6)"
    fi
}

# for_zato FILE: hands a file over; prints where the owner's commands find it.
for_zato() {
    local copy=${1//\//,}
    install -d -m 0700 "$work/handed"
    [ ! -f "$1" ] || install -m 0600 "$1" "$work/handed/$copy"
    printf './%s' "$copy"
}

# python_as_zato SCRIPT ARGUMENT...: by Zato's Python, which is where Zato is, and runs as the owner alone.
python_as_zato() {
    local script
    script=$(script_for_zato "$1")
    shift
    as_zato "$(param zato)/bin/python" -I -B "$script" "$@"
}

script_for_zato() {
    if [ ! -d "$work/handed/python" ]; then
        install -d -m 0700 "$work/handed" "$work/handed/python"
        install -m 0600 -t "$work/handed/python" "$scripts"/*.py "$(folder_of_release)"/*.py
    fi
    printf './python/%s' "$1"
}

secret_in_use() {
    local given
    given=$(content_secrets "$(param cluster)")/$1
    if [ -f "$given" ]; then printf '%s' "$given"; else printf '%s' "$work/$1"; fi
}

# What Zato has out of the box is not known of a cluster that nobody has looked at then.
baseline() {
    printf '%s' "$(folder_of_release)/out-of-the-box.json"
}

# find_cluster: its servers, as the parameter "servers" has them, and the password of admin.invoke unless that is given.
find_cluster() {
    require_owner
    local -a folders
    mapfile -t folders < <(param server_paths; echo)
    python_as_zato existing_servers.py "${folders[@]}" >"$work/servers" 2>"$work/complaint" ||
        fail "the cluster $(param cluster): $(why "its servers cannot be looked at")"
    grep -E '^server [][0-9A-Za-z.:-]+ [0-9]+$' "$work/servers" | sed 's/^server //' >"$(param_file servers)"
    python_as_zato existing_client.py "$(param server_path)" >"$work/client" 2>"$work/complaint" || fail "the cluster $(param cluster): $(why "Zato's own commands do not reach its ODB")"
    # Whatever Zato's modules print when they are imported comes before.
    tail -n 2 "$work/client" | sed -n 's/^password //p' | tr -d '\n' >"$work/admin_invoke_password"
    [ "$(tail -n 2 "$work/client" | sed -n 's/^cluster //p')" = 1 ] ||
        fail "the cluster $(param cluster) shares its ODB with one that was there before it, and content reaches only the first cluster of an ODB; give it an ODB of its own"
}

# why OTHERWISE: the end of what a command of the owner's has said of its failure, for people.
why() {
    local said
    cat "$work/complaint" >&2
    said=$(grep . "$work/complaint" | tail -n 1) || true
    printf '%s; nothing was changed' "${said:-$1}"
}

require_owner() {
    local container
    container=$(param container)
    if [ -z "$container" ]; then
        id -u "$(param owner)" >/dev/null 2>&1 || fail "there is no user $(param owner) on this host, who is to own the servers of $(param cluster); name the one that does"
        [ "$(id -u "$(param owner)")" -ne 0 ] || fail "the user $(param owner) is root; let another user own the servers of $(param cluster)"
    elif ! command -v "$(param engine)" >/dev/null; then
        fail "there is no program '$(param engine)' on this host; name the one that runs the container $container"
    else
        as_zato true 2>"$work/complaint" || fail "the cluster $(param cluster): $(why "nothing can be run in the container $container")"
    fi
    as_zato test -x "$(param zato)/bin/python" ||
        fail "the user $(param owner) cannot run $(param zato)/bin/python for the cluster $(param cluster); name the user that owns its servers, and the folder of Zato's code"
}

# bring_files: to servers that are fit for it, by Zato's own upload: nothing is written into folders of the owner's.
bring_files() {
    require_fit
    try_services_there
    note_repair
    note_server_logs
    of_release deploy_services
    wait_for_services
}

release_there() {
    as_zato "$(param zato)/bin/zato" --version 2>/dev/null | sed -n 's/.*Zato \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1
}

# require_fit: before anything is changed.
require_fit() {
    local version pid
    version=$(release_there) || true
    param releases | grep -xF "${version:-none}" >/dev/null ||
        fail "the cluster $(param cluster) runs Zato ${version:-of an unknown release}, and content reaches $(param releases | paste -sd ' ' | sed 's/ / and /'); tell its release by 'release', or leave 'access' out, and it is balanced all the same"
    pid=$(sed -n 's/^scheduler \([0-9]*\)$/\1/p' "$work/servers" | head -n 1)
    [ -z "$pid" ] || [ "$(param scheduler_runs)" = true ] ||
        fail "the scheduler of the cluster $(param cluster) runs (process $pid), and it is not declared to: jobs would run twice; stop it, or set 'schedulerRuns'"
    local -a others
    mapfile -t others < <(param servers | sed '1d; s/ .*//; s/^/http:\/\//')
    touch "$state/owned"
    admin "$(first_server)" require-fit "$(for_zato "$(file expected)")" "$(for_zato "$state/owned")" "$(param health_path)" \
        "$(param own_hot_deploy)" "${others[@]}" \
        2>"$work/complaint" || fail "the cluster $(param cluster): $(why "it is not fit for content")"
}

# try_services_there: imports what is to come once, by Zato's Python, with the environment of the first server.
try_services_there() {
    local -a secrets
    [ -s "$(param_file services)" ] || return 0
    progress "trying whether the services can be imported"
    mapfile -t secrets < <(secrets_for_zato)
    rm -rf -- "$work/handed/services"
    cp -r "$(staged_services)" "$work/handed/services"
    if python_as_zato like_server.py "$(param server_path)" "$(param own_hot_deploy)" "$(param zato)/bin/python" -B \
        "$(script_for_zato import_services.py)" ./services 120 "${secrets[@]}" >"$work/trial" 2>&1; then
        rm -rf -- "$work/handed/services"
        return
    fi
    fail "services cannot be imported, and nothing was changed:
$(head -c 100000 "$work/trial")"
}

folder_of_services() {
    staged_services
}

note_server_logs() {
    on_each_server note_log_of
}

note_log_of() {
    note_log "$(log_of "$1")" "$1"
}

log_of() {
    printf '%s/logs/server.log' "$(folder_at "$1")"
}

# folder_at ADDRESS: that of the server there; folders and addresses are in the same order.
folder_at() {
    local number
    number=$(param servers | cut -d ' ' -f 1 | grep -nxF -- "$1" | head -n 1 | cut -d : -f 1)
    param server_paths | sed -n "${number}p"
}

said_by_server() {
    local -a secrets
    files_of_missing "$2" >"$work/silent"
    mapfile -t secrets < <(secrets_for_zato)
    said_in_log "$(log_of "$1")" "$1" "${secrets[@]}"
}
