# Services, what they import, and the files that they read: brought to a cluster, and loaded by each of its workers.
# shellcheck shell=bash

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
        done < <(cd "$source" && find . -type f -printf '%P\0')
    fi
    while IFS= read -r -d '' file; do
        [ -f "$source/${file#"$target"/}" ] || rm -f -- "$file"
    done < <(find "$target" -type f -name "$pattern" -print0)
}

# Each server must have the code with the declared hash, and each of its workers must have loaded it. Zato passes over some files
# when many come at once: those are deployed again whenever nothing has changed for 15 s.
wait_for_services() {
    local address workers
    [ -s "$(param_file services)" ] || return 0
    while read -r address workers; do
        [ -z "$address" ] || wait_for_services_on "$address" "$workers"
    done < <(param servers; echo)
}

wait_for_services_on() {
    local missing before='' idle=0
    until wait_until 15 "the services on $1" check_services "$1" "$2"; do
        missing=$(check_services "$1" "$2" 2>&1 || true)
        if [ "$missing" = "$before" ] || [ -z "$before" ]; then
            idle=$((idle + 1))
            [ "$idle" -le 8 ] || fail "the services are not live on $1: $(tail -n 5 <<<"$missing")"
            deploy_again "$missing"
        else
            idle=0
        fi
        before=$missing
    done
}

check_services() {
    admin "$1" services "$(param_file services)" "$2"
}

# Our files are as they should be, and something else was deployed by other means: only a new file is loaded again.
deploy_again() {
    local file hashes
    hashes=$(awk 'NR == FNR { missing[$1]; next } $1 in missing { print $2 }' <(printf '%s\n' "$1") "$(param_file services)")
    progress "deploying services again"
    for file in "$ZATO_HOME/env/$(param cluster)/hot-deploy"/*.py; do
        # Where it is not known what is missing, all of them: it may be our own.
        [ -z "$hashes" ] || grep -qF "$(sha256sum <"$file" | cut -d ' ' -f 1)" <<<"$hashes" || continue
        cp --preserve=mode,ownership "$file" "$file.cdktf-zato-new"
        mv -f "$file.cdktf-zato-new" "$file"
    done
}
