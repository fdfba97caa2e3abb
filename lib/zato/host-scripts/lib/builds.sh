# Builds of Zato's code, side by side, and the paths at which people find them.
# shellcheck shell=bash

# has_own_builds: whether what lies there is what deploys have made: before the first one zato may have led us elsewhere.
has_own_builds() {
    lies_in_roots "$ZATO_HOME/builds/."
}

# Another release has another path, and the former one goes with the last.
note_path() {
    local zato
    zato=$(param zato)
    touch "$state/paths"
    grep -qxF -- "$zato" "$state/paths" || printf '%s\n' "$zato" >>"$state/paths"
}

# What people and our own scripts find at the path: links into the build that is declared. The folder itself always stays the
# same one, since units lay their builds over it. What somebody else has put there stays.
link_build() {
    local zato name
    zato=$(param zato)
    if are_links_of_another "$zato"; then return; fi
    unlink_build "$zato"
    while IFS= read -r -d '' name; do
        if [ -e "$zato/$name" ] || [ -L "$zato/$name" ]; then
            fail "$zato/$name is not of this library, and in the way of Zato's; move it away"
        fi
        ln -s "$1/$name" "$zato/$name"
        record link "$zato/$name"
    done < <(find "$1" -mindepth 1 -maxdepth 1 -printf '%P\0')
}

# are_links_of_another PATH: whether what lies there leads into the build of another installation, which is declared with this path, too.
are_links_of_another() {
    local manifest build
    build=$(dirname "$(readlink "$1/bin")")
    [ "$build" != "$(param folder)" ] && [ -d "$build" ] || return
    while IFS= read -r manifest; do
        if grep -qxF "|$build" "$manifest"; then return; fi
    done < <(other_installations "$1")
    return 1
}

# unlink_build PATH: takes the links into a build away, be it that somebody has led ours elsewhere meanwhile.
unlink_build() {
    local link
    find "$1" -mindepth 1 -maxdepth 1 -type l -lname "$ZATO_HOME/builds/*" -delete
    while IFS= read -r link; do
        if [ -L "$link" ]; then rm -f -- "$link"; fi
    done < <(awk -F '\t' -v folder="$1/" '$1 == "link" && index($2, folder) == 1 { print $2 }' "$state/ledger" 2>/dev/null)
}

# forget_builds KEPT: but for this one, those that no component is declared with any more. So the former one stays, as a way back, until
# another one comes.
forget_builds() {
    local folder
    has_own_builds || return 0
    for folder in "$ZATO_HOME"/builds/*; do
        if ! is_build "$folder" || [ "$folder" = "$1" ] || declared_elsewhere "$folder"; then continue; fi
        rm -rf -- "$ZATO_HOME"/packages/*/"$(basename "$folder")"
        remove_build "$folder"
    done
}

# declared_elsewhere TEXT: whether another component's manifest has it.
declared_elsewhere() {
    find "$STATE/components" -name manifest ! -path "$state/*" -exec grep -qF -- "$1" {} \; -print -quit | grep . >/dev/null
}

# is_build FOLDER: or what is left of one, by its name: others may have put something beside them.
is_build() {
    [[ ${1##*/} =~ ^[0-9a-f]{64}(\.(new|former|gone))?$ ]]
}

# remove_build FOLDER: under another name, since one that was removed in part would be taken for a whole one.
remove_build() {
    local gone=${1%.gone}.gone
    if [ "$1" != "$gone" ]; then
        [ ! -e "$gone" ] || rm -rf -- "$gone"
        mv -T -- "$1" "$gone"
    fi
    rm -rf -- "$gone"
}

# remove_builds [PATH]: with the places that former archives, and the one at PATH, were found at.
remove_builds() {
    local path
    rm -rf -- "$STATE"/archive-* "$STATE"/image-*
    forget_skopeo_cache
    forget_builds ''
    rmdir --ignore-fail-on-non-empty "$ZATO_HOME/builds" 2>/dev/null || true
    while IFS= read -r path; do
        [ -n "$path" ] || continue
        declared_elsewhere "|$path" || forget_path "$path"
        forget_current "$path"
    done < <(cat "$state/paths" 2>/dev/null || true; printf '%s\n' "${1:-}")
}

# forget_path PATH: but for what somebody else has put there.
forget_path() {
    if [ -f "$1/.cdktf-zato" ]; then
        unlink_build "$1"
        rm -f -- "$1/.cdktf-zato"
    fi
    leave_folder "$1"
}
