# What differs between releases of Zato: the functions of release/NAME, where the parameter "release" says the name. Nothing else asks
# for it, and each such folder has all functions that are called by of_release; those below existing take the place of others where a
# manifest names an owner: somebody else has installed the cluster.
# shellcheck shell=bash

# of_release FUNCTION [ARGUMENT...]
of_release() {
    if [ "${known_release:-}" != "$(param release)" ]; then
        known_release=$(param release)
        load_release "$(folder_of_release)"
        [ -z "$(param owner)" ] || load_release "$(folder_of_release)/existing"
    fi
    "$@"
}

# is_of_this_release MANIFEST: whether what was deployed by it knows the same release.
is_of_this_release() {
    grep -A1 -x '@param release' "$1" | grep -xF "|$(param release)" >/dev/null
}

load_release() {
    local script
    # shellcheck source=/dev/null
    for script in "$1"/*.sh; do . "$script"; done
}

# has_release: an installation has none until somebody has looked at it.
has_release() {
    [ -n "$(param release)" ]
}

# folder_of_release: of its scripts, and of the Python modules that ours find beside them.
folder_of_release() {
    printf '%s' "$scripts/release/$(param release)"
}
