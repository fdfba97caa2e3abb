# What is left of ours on a host when every component is gone. Only ever removed. What of it is a layer's own, the layer's script in
# leaving/ knows, by three functions:
#   leave            takes it away
#   kept             says what of it stays, if anything
#   kept_packages    lists the distribution's packages that this needs
# shellcheck shell=bash

remove() {
    local left kept
    left=$(find "$STATE/components" -mindepth 1 -maxdepth 1 -printf '%f ' 2>/dev/null)
    if [ -n "$left" ]; then
        progress "kept what these components need: $left"
        return
    fi
    each_layer leave
    kept=$(each_layer kept)
    if [ -n "$kept" ]; then keep_data "$kept"; else remove_all; fi
    progress "removed"
    rm -rf -- "$LOGS" "$RUN"
    remove_staging
}

# each_layer FUNCTION
each_layer() {
    local script
    for script in "$scripts"/leaving/*.sh; do
        # shellcheck source=/dev/null
        (. "$script"; "$1")
    done
}

# Those of every login: it may have been another one before.
remove_staging() {
    local home
    while IFS=: read -r _ _ _ _ _ home _; do
        # What made the folder lies beside it where Terraform was killed before it ran.
        if [ -d "$home/.cdktf-zato" ]; then rm -rf -- "$home/.cdktf-zato" "$home"/{,sh\ }.cdktf-zato-*.sh; fi
    done < <(getent passwd)
}

# keep_data WHAT: with the packages that it needs, and the notes by which all of that can still go.
keep_data() {
    local packages
    mapfile -t packages < <(each_layer kept_packages)
    remove_our_packages "${packages[@]}"
    progress "kept: $1"
}

remove_all() {
    remove_our_packages
    # What could not be removed stays ours.
    if [ -s "$OUR_PACKAGES" ]; then
        find "$STATE" -mindepth 1 -maxdepth 1 ! -name packages ! -name accounts -exec rm -rf {} +
    else
        rm -rf -- "$STATE"
    fi
    rm -rf -- "$CONFIG"
}
