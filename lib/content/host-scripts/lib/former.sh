# What a cluster's servers had loaded last stays at hand while a deploy brings other services: it is put back where those do not come
# live, so that servers that start find what they had.
# shellcheck shell=bash

# keep_live_files: what a run that was cut off has kept is what was live last.
keep_live_files() {
    local former=$state/former name path packages
    packages=$(param packages)
    if [ ! -f "$state/live" ] || [ -d "$former" ]; then return; fi
    rm -rf -- "$former.new" "$packages.former"
    install -d -m 0700 "$former.new"
    while read -r name path; do
        [ -n "$name" ] || continue
        install -d "$former.new/$name"
        [ ! -d "$path" ] || cp -rT "$path" "$former.new/$name"
    done < <(kept_folders)
    for name in live requirements; do
        [ ! -f "$state/$name" ] || cp "$state/$name" "$former.new/$name"
    done
    # As links to the same files, which are never written to.
    [ ! -d "$packages" ] || cp -al "$packages" "$packages.former"
    mv -T "$former.new" "$former"
}

# kept_folders: those that servers load code from, and read when they start.
kept_folders() {
    param start_folders
    printf '\n%s %s\n' "$(param staged_services)" "$(param hot_deploy)"
}

# note_needed: what servers must have to be given requests until all of what comes is live: what was live, and is to stay.
note_needed() {
    [ -f "$state/live" ] || return 0
    (unpack_manifest "$state/live" "$work/live" && names_of_services) >"$work/names"
    names_of_services | { grep -xF -f "$work/names" || true; } | sed 's/$/ any/' >"$state/needed.new"
    mv -f "$state/needed.new" "$state/needed"
}

names_of_services() {
    sed 's/ [^ ]*$//' "$(param_file services)"
}

# note_live: all workers have loaded what is declared.
note_live() {
    install -m 0600 "$state/manifest" "$state/live"
    note_needed
    rm -rf -- "$state/former" "$(param packages).former"
}

# put_former_back: after a failure, and before anybody else is asked for anything.
put_former_back() {
    [ -d "$state/former" ] || return 0
    progress "putting back the services that the cluster ran before"
    lay_former_back
    note_server_logs
    if restart_for_what_is_read_at_start && { of_release announce_services || true; } &&
        on_each_server bring_live "$(param_file services)" 15 4; then
        note_live
    else
        progress "the services that the cluster ran before do not come back; see the log"
    fi
}

# lay_former_back: the files, and what is noted of them.
lay_former_back() {
    local former=$state/former name path packages
    packages=$(param packages)
    while read -r name path; do [ -z "$name" ] || deploy_folder "$former/$name" "$path"; done < <(kept_folders)
    rm -rf -- "$packages" "$state/requirements"
    [ ! -d "$packages.former" ] || mv -T "$packages.former" "$packages"
    [ ! -f "$former/requirements" ] || cp "$former/requirements" "$state/requirements"
    install -m 0600 "$former/live" "$state/manifest"
    unpack_manifest "$state/manifest" "$work/former"
}
