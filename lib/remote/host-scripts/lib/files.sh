# Files and units that are only touched when they differ.
# shellcheck shell=bash

# install_file SOURCE TARGET MODE OWNER[:GROUP]: what the component consists of from now on.
install_file() {
    put_file "$@"
    record file "$2"
}

# put_file SOURCE TARGET MODE OWNER[:GROUP]: replaces TARGET, in a folder of root's, in one step if content, mode or owner differ.
put_file() {
    local source=$1 target=$2 mode=$3 owner=${4%:*} group
    group=$(group_of "$4")
    if [ -f "$target" ] && [ ! -L "$target" ] && cmp -s "$source" "$target" &&
        [ "$(stat -c '%a %U:%G' "$target")" = "${mode#0} $owner:$group" ]; then
        return
    fi
    install -m "$mode" -o "$owner" -g "$group" -T "$source" "$target.cdktf-zato-new"
    sync "$target.cdktf-zato-new"
    mv -fT "$target.cdktf-zato-new" "$target"
    printf 'installed %s\n' "$target"
}

# group_of OWNER[:GROUP]
group_of() {
    case $1 in
        *:*) printf '%s' "${1#*:}" ;;
        *) id -gn "$1" ;;
    esac
}

# roots_folder PATH MODE GROUP: a folder, in one of root's, that root alone writes to. Everybody may pass those above it that are missing:
# GNU's install sees to that by itself, uutils' makes them by the umask.
roots_folder() {
    [ ! -L "$1" ] || lies_in_roots "$1" || fail "$1 is a link that others than root can change; remove it"
    (umask 022 && install -d -m "$2" -o root -g "$3" "$1")
}

# lies_in_roots PATH: whether all folders and links that lead to it are root's, and nobody else may write there.
lies_in_roots() {
    namei -mo -- "$1" | sed '1d; $d' | LC_ALL=C awk '
        $2 != "root" || $1 ~ /^[^l]....w/ || $1 ~ /^[^l].......w/ { bad = 1 }
        END { exit bad }'
}

# is_roots_file FILE: whether nobody but root can change it, or lead to another one.
is_roots_file() {
    lies_in_roots "$1" && [ -z "$(find -L "$1" -maxdepth 0 \( ! -user root -o -perm /022 \) -print)" ]
}

# is_roots_tree FOLDER: whether nobody but root can change anything in it.
is_roots_tree() {
    [ -d "$1" ] && [ -z "$(find "$1" \( ! -user root -o ! -type l -perm /022 \) -print -quit)" ]
}

# install_scripts: for what systemd runs of ours, which must be there at all times; those of the login user are exchanged by deploys.
install_scripts() {
    local file
    rm -rf -- "$state/scripts.new"
    cp -r "$scripts" "$state/scripts.new"
    rm -rf -- "$state/scripts.old"
    [ ! -d "$state/scripts" ] || mv -T "$state/scripts" "$state/scripts.old"
    mv -T "$state/scripts.new" "$state/scripts"
    rm -rf -- "$state/scripts.old"
    keep_private "$state/scripts"
    while IFS= read -r -d '' file; do record file "$file"; done < <(find "$state/scripts" -type f ! -name '*.pyc' -print0)
    record tree "$state/scripts"
}

# install_unit NAME [FILE]: the unit is the manifest's file FILE, by default "unit".
install_unit() {
    local unit=$1
    install_file "$(file "${2:-unit}")" "/etc/systemd/system/$unit" 0644 root
    enable_unit "$unit"
    remove_overrides "$unit"
    record enabled "$unit" enabled
    record running "$unit" active
}

# install_idle_unit NAME [FILE]: one that something else starts.
install_idle_unit() {
    install_file "$(file "${2:-unit}")" "/etc/systemd/system/$1" 0644 root
    systemctl daemon-reload
    remove_overrides "$1"
}

# enable_unit UNIT: and lets systemd read all units once, which costs it more than most else of a deploy: enabling does so by itself.
enable_unit() {
    if [ "$(now_enabled "$1")" = enabled ]; then systemctl daemon-reload; else systemctl enable --quiet "$1"; fi
}

# What was laid over a unit by hand, as systemd has just read it, counts no more, and the unit's file looks new, so that the unit is started
# anew. What is laid over this unit alone goes. What is laid over others too, whose names begin alike, or is a package's, stays where it is: a
# link to nothing in the unit's own folder hides what has its name.
remove_overrides() {
    local file folder=/etc/systemd/system/$1.d
    if [ -n "$(overrides_of "$1")" ]; then
        progress "what was laid over $1 by hand does not count any more: $(overrides_of "$1" | paste -sd ' ')"
        systemctl revert "$1"
        systemctl daemon-reload
        for file in $(overrides_of "$1"); do
            install -d -m 0755 "$folder"
            ln -sfT /dev/null "$folder/${file##*/}"
        done
        touch "/etc/systemd/system/$1"
        systemctl daemon-reload
    fi
    record merged "$1"
}

# overrides_of UNIT: files that change this unit, or units whose names begin alike; some systems have others that change all of a type.
overrides_of() {
    local file
    for file in $(systemctl show --property DropInPaths --value "$1"); do
        case $file in */"${1##*.}.d"/*) continue ;; esac
        [ "$(readlink -- "$file")" = /dev/null ] || printf '%s\n' "$file"
    done
}

remove_unit() {
    local unit=$1
    # Nothing is known of it.
    if [ ! -e "/etc/systemd/system/$unit.d" ] && [ "$(systemctl show --property LoadState --value "$unit")" = not-found ]; then return; fi
    systemctl disable --now --no-reload --quiet "$unit" || true
    rm -rf -- "/etc/systemd/system/$unit" "/etc/systemd/system/$unit.d"
    systemctl daemon-reload
    systemctl reset-failed "$unit" 2>/dev/null || true
}

# in_use UNIT STAMP FILE...: true when the unit runs, and has read the files as they are now. What a run that was cut
# short has installed, but not put to use, shows by the stamp.
in_use() {
    local unit=$1 stamp=$state/$2
    shift 2
    systemctl is-active --quiet "$unit" && [ "$(cat "$stamp" 2>/dev/null)" = "$(fingerprint "$@")" ]
}

# Of content and identity: a file that was changed and changed back may have been read in between.
fingerprint() {
    sha256sum -- "$@"
    stat --format '%i %Y' -- "$@"
}

# note_use STAMP FILE...: the unit has just read the files.
note_use() {
    local stamp=$state/$1
    shift
    fingerprint "$@" >"$stamp.new"
    mv -f "$stamp.new" "$stamp"
}
