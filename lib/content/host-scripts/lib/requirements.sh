# Python packages that services need: in a folder of root's beside Zato's code, which servers find by PYTHONPATH.
# shellcheck shell=bash

# need_requirements FILE: each cluster has its own packages for each build, so that servers keep theirs until they are restarted.
need_requirements() {
    prepare_requirements "$1"
    use_requirements
}

# prepare_requirements FILE: beside those that servers use now.
prepare_requirements() {
    local packages
    packages=$(param packages)
    rm -rf -- "$packages.new"
    if is_roots_tree "$packages" && cmp -s "$1" "$packages/.cdktf-zato-requirements"; then return; fi
    progress "installing the services' Python requirements"
    leading_folder "$(dirname "$(dirname "$packages")")"
    leading_folder "$(dirname "$packages")"
    # By its mode: a default ACL of who had the folders before would let him in, whatever the umask.
    mkdir -m 0700 "$packages.new"
    fetch_requirements "$1" | tar -x -C "$packages.new" --no-same-owner --no-same-permissions ||
        fail "the Python requirements of the services cannot be installed; see the log"
    [ -z "$(find "$packages.new" ! -type f ! -type d -print -quit)" ] ||
        fail "the Python requirements of the services hold links or devices, which packages cannot"
    own_tree "$packages.new"
    install -m 0600 "$1" "$packages.new/.cdktf-zato-requirements"
}

# use_requirements: those that were prepared, if any were.
use_requirements() {
    local packages
    packages=$(param packages)
    [ -d "$packages.new" ] || return 0
    rm -rf -- "$packages"
    mv -T "$packages.new" "$packages"
}

# place_of_code: what makes the unit of a server find Zato's code at its path, a property a line. Of what is the host's in the place of an
# image's, pip's settings come along.
place_of_code() {
    local unit
    unit=$(file unit)
    [ -f "$unit" ] || unit=$(enter_component "$(folders_of_this_cluster server | sed -n 1p)" && file unit)
    sed -nE 's/%%/%/g; /^(RootDirectory|MountAPIVFS|BindPaths|BindReadOnlyPaths)=/p; s/^RootDirectory=.*/BindReadOnlyPaths=-\/etc\/pip.conf/p' "$unit"
}

# fetch_requirements FILE: the packages as a tar. What packages run when they are built runs as a user who exists for this alone, and whom
# the user zato cannot reach.
fetch_requirements() {
    local zato place
    zato=$(param zato)
    mapfile -t place < <(place_of_code)
    foreign systemd-run --quiet --wait --pipe --collect --unit "cdktf-zato-requirements-$$" \
        -p DynamicUser=yes -p SupplementaryGroups=zato -p StateDirectory=cdktf-zato-requirements -p StateDirectoryMode=0700 \
        "${place[@]/#/--property=}" -p UMask=0077 -p CapabilityBoundingSet= -p PrivateDevices=yes -p ProtectHome=yes -p RuntimeMaxSec=3600 \
        -p ProtectKernelTunables=yes -p ProtectKernelModules=yes -p ProtectControlGroups=yes -p KillMode=control-group \
        /bin/bash "$(for_zato "$scripts/fetch-requirements.sh")" "$zato/bin/python" "$(for_zato "$1")" </dev/null
    local status=$?
    rm -rf -- /var/lib/private/cdktf-zato-requirements /var/lib/cdktf-zato-requirements
    return "$status"
}
