# Services, what they import, and the files that they read: brought to a cluster, and loaded by each of its workers.
# shellcheck shell=bash

# The service that tells what a server has loaded.
inventory=cdktf_zato_inventory.py

# prepare_packages: those that the services require, beside the ones that servers use now.
prepare_packages() {
    rm -rf -- "$(param packages).new"
    [ ! -f "$staged.files/requirements.txt" ] || prepare_requirements "$staged.files/requirements.txt"
}

# new_packages: where they are until use_packages.
new_packages() {
    if [ -d "$(param packages).new" ]; then
        printf '%s' "$(param packages).new"
    elif [ -f "$staged.files/requirements.txt" ]; then
        param packages
    else
        mkdir -p "$staged.files/no-packages"
        printf '%s' "$staged.files/no-packages"
    fi
}

use_packages() {
    local requirements=$staged.files/requirements.txt
    rm -f "$state/requirements"
    if [ ! -f "$requirements" ]; then
        rm -rf -- "$(param packages)"
        return
    fi
    use_requirements
    # Servers take them along to another build of Zato.
    install -m 0600 "$requirements" "$state/requirements"
}

# restart_for_what_is_read_at_start CLUSTER_FOLDER: Python packages, the modules of services, configuration, and services that others
# import: Zato 3.3 would load the others anew by touching their files, which it cannot, and they would go on with the former code.
restart_for_what_is_read_at_start() {
    local stamp=$state/read-at-start
    {
        cat "$state/requirements" 2>/dev/null || true
        imported_services "$1/hot-deploy"
        (cd "$1" && find modules user-conf -type f ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum)
    } >"$work/read-at-start"
    touch "$stamp"
    if cmp -s "$work/read-at-start" "$stamp"; then return; fi
    # Whatever comes of it, some may have read this.
    printf 'unknown\n' >"$stamp"
    restart_servers || return
    install -m 0600 "$work/read-at-start" "$stamp"
}

# imported_services FOLDER: the hash of each service file that another one names in a line with "import".
imported_services() {
    local file stem
    for file in "$1"/*.py; do
        [ -f "$file" ] || continue
        stem=$(basename "$file" .py)
        # Read to its end: a reader that stops early would make the one before it fail.
        if { find "$1" -name '*.py' ! -path "$file" -exec grep -h import {} + || true; } | grep -wF -- "$stem" >/dev/null; then
            printf '%s %s\n' "$stem" "$(sha256sum <"$file")"
        fi
    done
}

# deploy_folder SOURCE TARGET: makes TARGET hold exactly the files of SOURCE, each replaced in one step, for Zato to read: services that
# could change what services run would stay for good. Zato watches the folder; a file that is still being written does not match what it
# looks for. It would also write a user's configuration file that has changed into the folder of each server: servers that share one
# would do so without end.
deploy_folder() {
    local source=$1 target=$2 file name
    # Of what somebody else could write nothing is kept.
    is_roots_tree "$target" || rm -rf -- "$target"
    roots_folder "$target" 0750 zato
    if [ -d "$source" ]; then
        while IFS= read -r -d '' name; do
            [ ! -f "$target/$name" ] || rm -f -- "$target/$name"
            roots_folder "$target/$name" 0750 zato
        done < <(cd "$source" && find . -mindepth 1 -type d -printf '%P\0')
        while IFS= read -r -d '' name; do
            [ ! -d "$target/$name" ] || rm -rf -- "$target/${name:?}"
            install_file "$source/$name" "$target/$name" 0640 root:zato
        done < <(cd "$source" && find . -type f -printf '%P\0' | LC_ALL=C sort -z)
    fi
    while IFS= read -r -d '' file; do
        [ -f "$source/${file#"$target"/}" ] || rm -f -- "$file"
    done < <(find "$target" ! -type d -print0)
    find "$target" -mindepth 1 -type d -empty -delete
    record folder "$target"
    record tree "$target"
}

# Zato loads every file that appears in tasks of its own, one for each server of the cluster, and each task holds some of the 70
# connections that a server has to its ODB: the tasks of many files wait for each other until they time out. So many at once:
batch=10

# deploy_services TARGET: in batches, each live before the next one comes.
deploy_services() {
    local source=$staged.files/services target=$1 name
    local -a changed
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

# wait_for_batch FILE...: what does not come, for example since it needs a restart, is left to the wait for all services; that none
# of them comes has another cause than their number.
wait_for_batch() {
    local missing
    (cd "$staged.files/services" && sha256sum -- "$@" | cut -d ' ' -f 1) |
        grep -F -f - "$(param_file services)" >"$work/batch" || true
    on_each_server bring_live "$work/batch" 8 2 && return
    missing=$(hashes_of_missing "$(param_file services)" | wc -l)
    [ "$missing" -gt 0 ] && [ "$missing" -lt "$(wc -l <"$work/batch")" ]
}

# Each server must have the code with the declared hash, and each of its workers must have loaded it.
wait_for_services() {
    [ ! -s "$(param_file services)" ] || on_each_server wait_for_services_on
}

wait_for_services_on() {
    bring_live "$1" "$2" "$(param_file services)" 15 8 ||
        fail "the services are not live on $1: $(tail -n 5 "$work/missing")$(said_by_server "$1" "$(param_file services)")"
}

# on_each_server COMMAND ARGUMENT...: with the address of a server and the number of its workers before the arguments.
on_each_server() {
    local address workers
    while read -r address workers; do
        [ -z "$address" ] || "$1" "$address" "$workers" "${@:2}" || return
    done < <(param servers; echo)
}

# bring_live ADDRESS WORKERS FILE SECONDS TIMES: waits for the services of FILE. What Zato has passed over is deployed again every
# SECONDS; it fails when nothing has come of it for TIMES, or when the server's log has said twice why nothing does.
bring_live() {
    local before='' idle=0
    until wait_until "$4" "the services on $1" check_services "$1" "$2" "$3"; do
        check_services "$1" "$2" "$3" >"$work/missing" 2>&1 || true
        [ "$(cat "$work/missing")" = "$before" ] || idle=0
        [ "$idle" -lt "$5" ] || return 1
        [ "$idle" -eq 0 ] || [ -z "$(said_by_server "$1" "$3")" ] || return 1
        idle=$((idle + 1))
        before=$(cat "$work/missing")
        deploy_again "$3"
    done
}

# check_services ADDRESS WORKERS FILE: whether the workers of a server have loaded the services of FILE, lines "NAME HASH".
check_services() {
    admin "$1" services "$(for_zato "$3")" "$2"
}

# deploy_again FILE: the files of its services that are missing. Zato loads a file again when it is another one; that it has the same text
# does not matter.
deploy_again() {
    local file
    progress "deploying services again"
    files_of_missing "$1" >"$work/again"
    # Where nobody can say what is missing, it may be the one that tells.
    [ -s "$work/again" ] || printf '%s\n' "$ZATO_HOME/env/$(param cluster)/hot-deploy/$inventory" >"$work/again"
    while IFS= read -r file; do
        cp --preserve=mode,ownership "$file" "$file.cdktf-zato-new"
        mv -f "$file.cdktf-zato-new" "$file"
    done < <(sed -n "1,${batch}p" "$work/again")
}

# files_of_missing FILE: those of the services of FILE that are missing, a line each.
files_of_missing() {
    local file hashes
    hashes=$(hashes_of_missing "$1")
    [ -n "$hashes" ] || return 0
    for file in "$ZATO_HOME/env/$(param cluster)/hot-deploy"/*.py; do
        if grep -qF "$(sha256sum <"$file" | cut -d ' ' -f 1)" <<<"$hashes"; then printf '%s\n' "$file"; fi
    done
}

hashes_of_missing() {
    awk 'NR == FNR { missing[$1]; next } $1 in missing { print $2 }' "$work/missing" "$1"
}
