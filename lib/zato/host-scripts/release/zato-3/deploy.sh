# How a file of services gets to every worker: Zato 3 watches the folder.
# shellcheck shell=bash

# Zato loads every file that appears in tasks of its own, one for each server of the cluster, and each task holds some of the 70
# connections that a server has to its ODB: the tasks of many files wait for each other until they time out. So many at once:
batch=10

# deploy_services TARGET: in batches, each live before the next one comes.
deploy_services() {
    local source target=$1 name
    local -a changed
    source=$(staged_services)
    is_roots_tree "$target" || rm -rf -- "$target"
    roots_folder "$target" 0750 zato
    # First, since it tells what is live.
    install_file "$source/$inventory" "$target/$inventory" 0640 root:zato
    mapfile -d '' changed < <(cd "$source" && for name in *.py; do cmp -s "$name" "$target/$name" || printf '%s\0' "$name"; done)
    while [ "${#changed[@]}" -gt "$batch" ]; do
        progress "deploying services: ${#changed[@]} files to come"
        for name in "${changed[@]:0:batch}"; do install_file "$source/$name" "$target/$name" 0640 root:zato; done
        wait_for_batch "${changed[@]:0:batch}" || break
        changed=("${changed[@]:batch}")
    done
    deploy_folder "$source" "$target"
}

# announce_services: servers see files that appear by themselves.
announce_services() {
    :
}

# wait_for_batch FILE...: what does not come, for example since it needs a restart, is left to the wait for all services; that none
# of them comes has another cause than their number.
wait_for_batch() {
    local missing
    (cd "$(staged_services)" && sha256sum -- "$@" | cut -d ' ' -f 1) |
        grep -F -f - "$(param_file services)" >"$work/batch" || true
    on_each_server bring_live "$work/batch" 8 2 && return
    missing=$(hashes_of_missing "$(param_file services)" | wc -l)
    [ "$missing" -gt 0 ] && [ "$missing" -lt "$(wc -l <"$work/batch")" ]
}

# deploy_again FILE: the files of its services that are missing. Zato loads a file again when it is another one; that it has the same text
# does not matter.
deploy_again() {
    local file
    progress "deploying services again"
    files_of_missing "$1" >"$work/again"
    # Where nobody can say what is missing, it may be the one that tells.
    [ -s "$work/again" ] || printf '%s\n' "$(param hot_deploy)/$inventory" >"$work/again"
    while IFS= read -r file; do
        cp --preserve=mode,ownership "$file" "$file.cdktf-zato-new"
        mv -f "$file.cdktf-zato-new" "$file"
    done < <(sed -n "1,${batch}p" "$work/again")
}
