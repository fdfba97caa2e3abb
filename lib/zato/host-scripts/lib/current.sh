# The link by which people at a shell find Zato's code.
# shellcheck shell=bash

# For people at a shell; units name the folder itself, so that another release is staged beside the one in use. One that somebody
# else has made leads to the Zato that he runs, and stays.
link_current() {
    [ "$(param zato)" != "$ZATO_HOME/current" ] || return 0
    if [ ! -e "$ZATO_HOME/current" ] && [ ! -L "$ZATO_HOME/current" ]; then touch "$STATE/created-current"; fi
    if is_path_of_another "$(readlink "$ZATO_HOME/current")"; then return; fi
    if ! is_our_current; then return; fi
    ln -sfnT "$(param zato)" "$ZATO_HOME/current"
    record link "$ZATO_HOME/current"
}

# is_path_of_another PATH: whether another installation on this host, with another path, is declared to have its Zato there. The one link is
# its own as long as it is; else each would take it from the other.
is_path_of_another() {
    [ "$1" != "$(param zato)" ] && [ -e "$1" ] && [ -n "$(other_installations "$1")" ]
}

# other_installations PATH: manifests of those that are declared to have their Zato there.
other_installations() {
    local folder
    for folder in "$STATE"/components/*/; do
        if [ "$folder" = "$state/" ] || [ "$(cat "$folder/kind" 2>/dev/null)" != installation ]; then continue; fi
        if grep -A1 -x '@param zato' "$folder/manifest" | grep -xF "|$1" >/dev/null; then printf '%s\n' "$folder/manifest"; fi
    done
}

# is_our_current: by the stamp, or by what deploys of before have noted.
is_our_current() {
    [ -f "$STATE/created-current" ] || grep -qsF "link	$ZATO_HOME/current	" "$STATE"/components/*/ledger
}

# forget_current PATH: with what it leads to, which another cluster may have, too.
forget_current() {
    if [ "$(readlink "$ZATO_HOME/current")" != "$1" ] || ! is_our_current || declared_elsewhere "|$1"; then return; fi
    rm -f "$ZATO_HOME/current" "$STATE/created-current"
}
