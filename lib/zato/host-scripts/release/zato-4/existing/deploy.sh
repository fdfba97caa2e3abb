# How a file of services gets to the servers of a cluster that somebody else has installed: into a folder of ours among those that Zato 4
# reads when it starts, as whoever owns them, and by an announcement to each server.
# shellcheck shell=bash

# deploy_services: to all servers, or to none.
deploy_services() {
    on_each_server place_services "$(staged_services)"
    if announce_services; then
        on_each_server at_services forget
        return
    fi
    progress "putting back the services that the cluster ran before"
    on_each_server put_services_back
    end_since_not_live "$deaf"
}

# place_services ADDRESS WORKERS FOLDER
place_services() {
    rm -rf -- "$work/handed/services"
    install -d -m 0700 "$work/handed"
    cp -r "$3" "$work/handed/services"
    at_services "$1" "$2" place ./services >"$work/services-of-$1" 2>"$work/complaint" ||
        fail "the cluster $(param cluster): $(why "its services cannot be written into the folder of a server")"
    rm -rf -- "$work/handed/services"
}

# put_services_back ADDRESS WORKERS: what of it the server passes over, it had not loaded before either.
put_services_back() {
    local file
    at_services "$1" "$2" back >"$work/back" || return 0
    while IFS= read -r file; do
        [ -z "$file" ] || admin "$1" upload "$file" "$file" || true
    done <"$work/back"
}

# at_services ADDRESS WORKERS DO [FOLDER]
at_services() {
    python_as_zato place_services.py "$3" "$(folder_at "$1")" "$(param own_hot_deploy)" "${@:4}"
}

# announce ADDRESS FILES: a line each; it ends with the first one that the server passes over.
announce() {
    local file folder
    local -a words
    folder=$(tail -n 1 "$work/services-of-$1")
    while IFS= read -r file; do words+=("$folder/${file##*/}" "$folder/${file##*/}"); done <<<"$2"
    admin "$1" upload "${words[@]}"
}
