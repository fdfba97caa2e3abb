# How a file of services gets to every server: Zato 4 reads the folder when it starts, and each server has to be told of each file
# that comes later.
# shellcheck shell=bash

# deploy_services TARGET: servers that are restarted for what comes with it, find it there.
deploy_services() {
    deploy_folder "$(staged_services)" "$1"
}

# announce_services: to each server what it has not loaded of the files that are there. Where one passes over a file, it is $deaf.
announce_services() {
    on_each_server announce_to
}

announce_to() {
    local files
    deaf=$1
    [ -s "$(param_file services)" ] || return 0
    printf 'cdktf-zato.inventory %s\n' "$(sha256sum <"$(folder_of_services)/$inventory" | cut -d ' ' -f 1)" >"$work/inventory"
    check_services "$1" "$2" "$work/inventory" >/dev/null 2>&1 || announce "$1" "$(folder_of_services)/$inventory" || return
    if check_services "$1" "$2" "$(param_file services)" >"$work/missing" 2>&1; then return; fi
    progress "deploying services to $1"
    files=$(files_of_missing "$(param_file services)")
    [ -z "$files" ] || announce "$1" "$files" || return
}

# announce ADDRESS FILES: a line each; it ends with the first one that the server passes over.
announce() {
    local file
    local -a words
    while IFS= read -r file; do words+=("$file" "$file"); done <<<"$2"
    admin "$1" upload "${words[@]}"
}

deploy_again() {
    progress "deploying services again"
    announce_services || true
}
