# Services, what they import, and the files that they read: brought to a cluster, and loaded by each of its workers.
# shellcheck shell=bash

# The service that tells what a server has loaded.
inventory=cdktf_zato_inventory.py

# content_folders: a line "NAME PATH" for each folder of files: what it is called on its way, and where it is in the cluster.
content_folders() {
    printf '%s %s\n' "$(param staged_services)" "$(param hot_deploy)"
    param start_folders
    echo
    param open_folders
    echo
}

staged_services() {
    printf '%s/%s' "$staged.files" "$(param staged_services)"
}

# deploy_folders SOURCE PARAMETER: each of the folders that the parameter lists, from below SOURCE.
deploy_folders() {
    local name path
    while read -r name path; do
        [ -z "$name" ] || deploy_folder "$1/$name" "$path"
    done < <(param "$2"; echo)
}

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

# restart_for_what_is_read_at_start: Python packages, the modules of services, configuration, and services that others
# import: Zato 3.3 would load the others anew by touching their files, which it cannot, and they would go on with the former code.
restart_for_what_is_read_at_start() {
    local stamp=$state/read-at-start folders
    mapfile -t folders < <(param start_folders | cut -d ' ' -f 2-)
    {
        cat "$state/requirements" 2>/dev/null || true
        imported_services "$(param hot_deploy)"
        find "${folders[@]}" -type f ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum
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

# Each server must have the code with the declared hash, and each of its workers must have loaded it.
wait_for_services() {
    [ ! -s "$(param_file services)" ] || on_each_server wait_for_services_on
}

wait_for_services_on() {
    bring_live "$1" "$2" "$(param_file services)" 15 8 || end_since_not_live "$1"
}

# end_since_not_live ADDRESS: with what the server there has not loaded, and what it says of that.
end_since_not_live() {
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
# SECONDS; it fails when nothing has come of it for TIMES, when the server's log has said twice why nothing does, or when it does not run.
bring_live() {
    local before='' idle=0
    until wait_until "$4" "the services on $1" check_services "$1" "$2" "$3"; do
        check_services "$1" "$2" "$3" >"$work/missing" 2>&1 || true
        if stopped_unit "$1" >>"$work/missing"; then return 1; fi
        [ "$(cat "$work/missing")" = "$before" ] || idle=0
        [ "$idle" -lt "$5" ] || return 1
        [ "$idle" -eq 0 ] || [ -z "$(said_by_server "$1" "$3")" ] || return 1
        idle=$((idle + 1))
        before=$(cat "$work/missing")
        of_release deploy_again "$3"
    done
}

# stopped_unit ADDRESS: whether the server of that address has been stopped, or given up by systemd, and which one it is.
stopped_unit() {
    local folder
    for folder in $(folders_of_this_cluster server); do
        if (enter_component "$folder" && [ "$(param address)" = "$1" ] && is_stopped "$(param unit)"); then return; fi
    done
    return 1
}

is_stopped() {
    case $(now_running "$1") in
        inactive | failed) printf '%s does not run\n' "$1" ;;
        *) return 1 ;;
    esac
}

# check_services ADDRESS WORKERS FILE: whether the workers of a server have loaded the services of FILE, lines "NAME HASH".
check_services() {
    admin "$1" services "$(for_zato "$3")" "$2"
}

# files_of_missing FILE: those of the services of FILE that are missing, a line each.
files_of_missing() {
    local file hashes
    hashes=$(hashes_of_missing "$1")
    [ -n "$hashes" ] || return 0
    for file in "$(folder_of_services)"/*.py; do
        if grep -qF "$(sha256sum <"$file" | cut -d ' ' -f 1)" <<<"$hashes"; then printf '%s\n' "$file"; fi
    done
}

# folder_of_services: where the files are by which they are known.
folder_of_services() {
    param hot_deploy
}

hashes_of_missing() {
    awk 'NR == FNR { missing[$1]; next } $1 in missing { print $2 }' "$work/missing" "$1"
}
