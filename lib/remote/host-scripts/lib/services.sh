# Services, what they import, and the files that they read: brought to a cluster, and loaded by each of its workers.
# shellcheck shell=bash

# The service that tells what a server has loaded.
inventory=cdktf_zato_inventory.py

install_requirements() {
    local requirements=$staged.files/requirements.txt
    rm -f "$state/requirements"
    [ -f "$requirements" ] || return 0
    need_requirements "$requirements"
    # Servers take them along to another build of Zato.
    install -m 0600 "$requirements" "$state/requirements"
}

# deploy_user_conf TARGET: Zato writes a configuration file that has changed in the folder of each server. Those of a host share
# one: what one writes is a change to the other, without end, and mostly the file is empty. So only root may write there, and
# servers read it when they start.
deploy_user_conf() {
    deploy_folder "$staged.files/user-conf" "$1" '*' root 0750 0644
}

# restart_for_what_is_read_at_start CLUSTER_FOLDER: Python packages, the modules of services, and configuration.
restart_for_what_is_read_at_start() {
    local stamp=$state/read-at-start
    {
        cat "$state/requirements" 2>/dev/null || true
        (cd "$1" && find modules user-conf -type f ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum)
    } >"$work/read-at-start"
    touch "$stamp"
    if cmp -s "$work/read-at-start" "$stamp"; then return; fi
    restart_servers
    install -m 0600 "$work/read-at-start" "$stamp"
}

# deploy_folder SOURCE TARGET PATTERN OWNER FOLDER_MODE FILE_MODE: makes TARGET hold exactly the files of SOURCE, each replaced
# in one step. Zato watches the folder; a file that is still being written does not match what it looks for.
deploy_folder() {
    local source=$1 target=$2 pattern=$3 owner=$4 folder_mode=$5 file_mode=$6 file name
    install -d -m "$folder_mode" -o "$owner" -g zato "$target"
    if [ -d "$source" ]; then
        while IFS= read -r -d '' name; do
            install -d -m "$folder_mode" -o "$owner" -g zato "$target/$name"
        done < <(cd "$source" && find . -mindepth 1 -type d -printf '%P\0')
        while IFS= read -r -d '' name; do
            install_file "$source/$name" "$target/$name" "$file_mode" "$owner"
        done < <(cd "$source" && find . -type f -printf '%P\0' | LC_ALL=C sort -z)
    fi
    while IFS= read -r -d '' file; do
        [ -f "$source/${file#"$target"/}" ] || rm -f -- "$file"
    done < <(find "$target" -type f -name "$pattern" -print0)
}

# Zato loads every file that appears in tasks of its own, one for each server of the cluster, and each task holds some of the 70
# connections that a server has to its ODB: the tasks of many files wait for each other until they time out. So many at once:
batch=10

# deploy_services TARGET: in batches, each live before the next one comes.
deploy_services() {
    local source=$staged.files/services target=$1 name
    local -a changed
    install -d -m 0700 -o zato -g zato "$target"
    # First, since it tells what is live.
    install_file "$source/$inventory" "$target/$inventory" 0600 zato
    mapfile -d '' changed < <(cd "$source" && for name in *.py; do cmp -s "$name" "$target/$name" || printf '%s\0' "$name"; done)
    while [ "${#changed[@]}" -gt "$batch" ]; do
        progress "deploying services: ${#changed[@]} files to come"
        for name in "${changed[@]:0:batch}"; do install_file "$source/$name" "$target/$name" 0600 zato; done
        wait_for_batch "${changed[@]:0:batch}" || break
        changed=("${changed[@]:batch}")
    done
    deploy_folder "$source" "$target" '*.py' zato 0700 0600
}

# wait_for_batch FILE...: what does not come, for example since it needs a restart, is left to the wait for all services; that none
# of them comes has another cause than their number.
wait_for_batch() {
    local missing
    (cd "$staged.files/services" && sha256sum -- "$@" | cut -d ' ' -f 1) |
        grep -F -f - "$(param_file services)" >"$work/batch" || true
    on_each_server bring_live "$work/batch" 8 2 && return
    missing=$(hashes_of_missing | wc -l)
    [ "$missing" -gt 0 ] && [ "$missing" -lt "$(wc -l <"$work/batch")" ]
}

# Each server must have the code with the declared hash, and each of its workers must have loaded it.
wait_for_services() {
    [ ! -s "$(param_file services)" ] || on_each_server wait_for_services_on
}

wait_for_services_on() {
    bring_live "$1" "$2" "$(param_file services)" 15 8 ||
        fail "the services are not live on $1: $(tail -n 5 "$work/missing")"
}

# on_each_server COMMAND ARGUMENT...: with the address of a server and the number of its workers before the arguments.
on_each_server() {
    local address workers
    while read -r address workers; do
        [ -z "$address" ] || "$1" "$address" "$workers" "${@:2}" || return
    done < <(param servers; echo)
}

# bring_live ADDRESS WORKERS FILE SECONDS TIMES: waits for the services of FILE. What Zato has passed over is deployed again every
# SECONDS; it fails when nothing has come of it for TIMES.
bring_live() {
    local before='' idle=0
    until wait_until "$4" "the services on $1" check_services "$1" "$2" "$3"; do
        check_services "$1" "$2" "$3" >"$work/missing" 2>&1 || true
        [ "$(cat "$work/missing")" = "$before" ] || idle=0
        [ "$idle" -lt "$5" ] || return 1
        idle=$((idle + 1))
        before=$(cat "$work/missing")
        deploy_again
    done
}

# check_services ADDRESS WORKERS FILE: whether the workers of a server have loaded the services of FILE, lines "NAME HASH".
check_services() {
    admin "$1" services "$3" "$2"
}

# Zato loads a file again when it is another one; that it has the same text does not matter.
deploy_again() {
    local folder file hashes
    folder=$ZATO_HOME/env/$(param cluster)/hot-deploy
    hashes=$(hashes_of_missing | sed -n "1,${batch}p")
    progress "deploying services again"
    for file in "$folder"/*.py; do
        # Where nobody can say what is missing, it may be the one that tells.
        if [ -n "$hashes" ]; then
            grep -qF "$(sha256sum <"$file" | cut -d ' ' -f 1)" <<<"$hashes" || continue
        else
            [ "$file" = "$folder/$inventory" ] || continue
        fi
        cp --preserve=mode,ownership "$file" "$file.cdktf-zato-new"
        mv -f "$file.cdktf-zato-new" "$file"
    done
}

hashes_of_missing() {
    awk 'NR == FNR { missing[$1]; next } $1 in missing { print $2 }' "$work/missing" "$(param_file services)"
}
