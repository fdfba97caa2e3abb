# Services are tried before anything that is live is changed: one that cannot be imported is passed over by Zato, which says so in its
# log alone, and a server that starts with it goes without.
# shellcheck shell=bash

# try_services: imports what is to come once, as a server of the cluster would.
try_services() {
    local server
    [ -s "$(param_file services)" ] || return 0
    read -r server < <(folders_of_this_cluster server | sed -n 1p) || fail "the cluster $(param cluster) has no server on this host"
    progress "trying whether the services can be imported"
    make_places
    trial "$server" | head -c 100000 >"$work/trial" && return
    [ -s "$work/trial" ] || fail "the services cannot be tried; see the log"
    stay_as_it_was
    fail "services cannot be imported, and nothing was changed:
$(cat "$work/trial")"
}

# stay_as_it_was: what is noted is what runs.
stay_as_it_was() {
    [ ! -f "$state/live" ] || install -m 0600 "$state/live" "$state/manifest"
}

# make_places: so that there is something that the new files can be laid over.
make_places() {
    local place
    own_tree "$staged.files"
    while IFS=: read -r _ place; do
        [ -d "$place" ] || roots_folder "$place" 0750 zato
    done < <(new_places)
}

# new_places: a line "SOURCE:TARGET" for each folder of files, and where a server will find it.
new_places() {
    local name path
    while read -r name path; do
        [ -z "$name" ] || printf '%s\n' "$staged.files/$name:$path"
    done < <(content_folders)
    printf '%s\n' "$(new_packages):$(param packages)"
}

# trial SERVER_FOLDER: in a unit that is as that of the server, but for the new files in the place of those that are there.
trial() (
    local places properties secrets
    mapfile -t places < <(new_places)
    mapfile -t secrets < <(secrets_for_zato && enter_component "$1" && server_secrets_for_zato)
    enter_component "$1"
    mapfile -t properties < <(confinement "$(file unit)")
    foreign systemd-run --quiet --wait --pipe --collect --unit "cdktf-zato-trial-$$" "${properties[@]/#/--property=}" \
        "${places[@]/#/--property=BindReadOnlyPaths=}" --property=RuntimeMaxSec=300 \
        "$(param zato)/bin/python" -B "$(script_for_zato import_services.py)" "${places[0]#*:}" 120 "${secrets[@]}" </dev/null
)

# confinement UNIT_FILE: what the unit says of its processes, besides how they are started and ended.
confinement() {
    sed -n '/^\[Service\]$/,/^\[Install\]$/ { /=/p }' "$1" |
        { grep -vE '^(Type|Exec[A-Za-z]*|Restart[A-Za-z]*|KillMode|Timeout[A-Za-z]*|StandardInput|X-[A-Za-z-]*)=' || true; } | sed 's/%%/%/g'
}
