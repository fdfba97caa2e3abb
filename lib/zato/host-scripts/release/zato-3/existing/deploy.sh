# How a file of services gets to every worker of a cluster that somebody else has installed: by Zato 3's own upload, since its folders are
# the owner's.
# shellcheck shell=bash

# deploy_services: what servers have not loaded, in batches, each live before the next one comes; first what tells what is.
deploy_services() {
    local -a files
    [ -s "$(param_file services)" ] || return 0
    printf 'cdktf-zato.inventory %s\n' "$(sha256sum <"$(staged_services)/$inventory" | cut -d ' ' -f 1)" >"$work/inventory"
    if ! on_each_server check_services "$work/inventory" >/dev/null 2>&1; then
        upload "$(staged_services)/$inventory"
        on_each_server bring_live "$work/inventory" 15 8 || fail "the service that tells what servers have loaded does not come live: $(tail -n 5 "$work/missing")"
    fi
    while :; do
        mapfile -t files < <(on_each_server files_missing_on | sort -u | head -n "$batch")
        [ "${#files[@]}" -gt 0 ] || return 0
        progress "deploying services"
        upload "${files[@]}"
        # What does not come live is told of by the wait for all.
        wait_for_batch "${files[@]##*/}" || return 0
    done
}

files_missing_on() {
    check_services "$1" "$2" "$(param_file services)" >"$work/missing" 2>&1 || true
    files_of_missing "$(param_file services)"
}

# upload FILE...
upload() {
    local file
    local -a words
    for file in "$@"; do words+=("${file##*/}" "$(for_zato "$file")"); done
    admin "$(first_server)" upload "${words[@]}" || fail "the services could not be uploaded; see the log"
}

deploy_again() {
    local -a files
    progress "deploying services again"
    mapfile -t files < <(files_of_missing "$1" | head -n "$batch")
    # Where nobody can say what is missing, it may be the one that tells.
    upload "${files[@]:-$(staged_services)/$inventory}"
}
