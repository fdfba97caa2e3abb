# How objects get into a cluster: Zato 4's enmasse writes them into the ODB, and lets one server read it. The others have to be told.
# shellcheck shell=bash

# Whether something was imported in this run.
imported=

# prepare_import: an import takes each of these words for yes or no, whatever it stands for.
prepare_import() {
    local name word
    while read -r name _; do
        [ -n "$name" ] || continue
        word=$(tr -d '[:space:]' <"$(content_secrets "$(param cluster)")/$name" | tr '[:upper:]' '[:lower:]')
        case $word in
            '' | true | yes | on | y | t | 1 | false | no | off | n | f | 0)
                fail "the secret '$name' is white space, or a word that an import takes for yes or no; choose another one; nothing was imported"
                ;;
        esac
    done < <(param secret_variables; echo)
}

import_file() {
    local status
    aside "$(first_server)" import_noted "$1"
    status=$(cat "$work/enmasse-status")
    enmasse_output all
    # Whatever else went wrong.
    admin "$(first_server)" close-unsecured "$(for_zato "$(file expected)")" >"$work/closed" ||
        fail "the cluster $(param cluster) cannot be asked whom it lets in"
    cat "$work/closed"
    [ ! -s "$work/closed" ] || on_each_server tell_other
    [ "$status" = 0 ] || fail "enmasse ended with exit status $status: $(enmasse_output complaints)"
    # Zato's exit code is 0 for much that it has passed over.
    if ! grep -q 'Enmasse OK' "$work/enmasse" || grep -Eq '^[0-9-]+ [0-9:,]+ - [^ ]+ - (ERROR|CRITICAL) - |reload_config response ok=False' "$work/enmasse"; then
        fail "enmasse reports errors: $(enmasse_output complaints)"
    fi
}

import_noted() {
    local status=0
    run_enmasse "$1" >"$work/enmasse" 2>&1 || status=$?
    printf '%s' "$status" >"$work/enmasse-status"
}

# Passwords of definitions that are there already; the server that is asked knows them at once.
spread_import() {
    local secret key
    imported=yes
    while read -r secret key; do
        [ -z "$secret" ] || printf '%s %s\n' "$(for_zato "$(content_secrets "$(param cluster)")/$secret")" "$key"
    done < <(param passwords; echo) >"$work/passwords"
    [ -s "$work/passwords" ] || return 0
    admin "$(first_server)" change-passwords "$(for_zato "$work/passwords")" || fail "the passwords could not be changed; see the log"
}

# tell_servers: of what the first one alone knows; and whether all of them do now.
tell_servers() {
    if [ -n "$repair$imported" ] || [ -s "$work/removed" ]; then on_each_server tell_other; fi
    on_each_server probe_server
}

# tell_other ADDRESS: a server reads its configuration anew, but keeps services that it has loaded until it is restarted.
tell_other() {
    if [ "$1" = "$(first_server)" ]; then return; fi
    if grep -qs '^deleted service/' "$work/removed"; then
        restart_server "$(folder_of_server "$1")"
    else
        let_read "$1"
    fi
}

# let_read ADDRESS
let_read() {
    progress "letting the server at $1 read what has changed"
    aside "$1" admin "$1" reload || fail "the server at $1 does not read what has changed; see the log"
}

# probe_server ADDRESS
probe_server() {
    local complaint
    complaint=$(admin "$1" probe "$(for_zato "$(file expected)")" 2>&1) || fail "the server at $1 is not as declared: $complaint"
}

# aside ADDRESS COMMAND...: while the server there gets no requests, since it makes all that it knows of the ODB anew. One that gets none,
# for example since somebody has taken it out, is left where it is.
aside() {
    local folder status=0
    folder=$(folder_of_server "$1")
    shift
    if [ -z "$folder" ] || ! at_server "$folder" gets_requests; then
        "$@"
        return
    fi
    at_server "$folder" drain || return
    "$@" || status=$?
    at_server "$folder" put_back || return
    return "$status"
}

gets_requests() {
    [ -S "$(param load_balancer_socket)" ] || return
    haproxy_usable "$(param load_balancer_socket)" "$(dirname "$(param back_end)")" | grep -xF "$(basename "$(param back_end)")" >/dev/null
}

# at_server FOLDER FUNCTION: of those of servers.
at_server() (
    enter_component "$1"
    # shellcheck source=../../kinds/server.sh
    . "$scripts/kinds/server.sh"
    "$2"
)

# folder_of_server ADDRESS: of our state.
folder_of_server() {
    local folder
    for folder in $(folders_of_this_cluster server); do
        if (enter_component "$folder" && [ "$(param address)" = "$1" ]); then printf '%s' "$folder"; fi
    done
}

# enmasse_output all|complaints: never as it is, since there are secrets in it.
enmasse_output() {
    local secrets
    mapfile -t secrets < <(secrets_for_zato)
    python_as_zato enmasse_output.py "$1" "$(for_zato "$work/enmasse")" "${secrets[@]}"
}

run_enmasse() (
    local name variable input
    input=$(for_zato "$1")
    while read -r name variable; do
        [ -n "$name" ] || continue
        export "$variable=$(cat "$(content_secrets "$(param cluster)")/$name")"
    done < <(param secret_variables; echo)
    at_most=900 as_zato_like_server "$(param zato)/bin/zato" enmasse "$(param server_path)" \
        --import --input "$input" --initial-wait-time 60 --missing-wait-time 10
)

# as_zato_like_server COMMAND...
as_zato_like_server() {
    as_zato_with_code env HOME="$(home_of_servers)" "$@"
}

# home_of_servers: where they keep things, and an import would look for them.
home_of_servers() {
    local folder
    folder=$(folder_of_server "$(first_server)")
    [ -z "$folder" ] || (enter_component "$folder" && param home)
}
