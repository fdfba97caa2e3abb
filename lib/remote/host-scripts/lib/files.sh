# Files and units that are only touched when they differ.
# shellcheck shell=bash

# install_file SOURCE TARGET MODE OWNER: replaces TARGET in one step if content, mode or owner differ.
install_file() {
    local source=$1 target=$2 mode=$3 owner=$4
    if [ -f "$target" ] && cmp -s "$source" "$target" &&
        [ "$(stat -c '%a %U' "$target")" = "${mode#0} $owner" ]; then
        return
    fi
    install -m "$mode" -o "$owner" -g "$(id -gn "$owner")" -T "$source" "$target.cdktf-zato-new"
    sync "$target.cdktf-zato-new"
    mv -fT "$target.cdktf-zato-new" "$target"
    printf 'installed %s\n' "$target"
}

# install_unit NAME [FILE]: the unit is the manifest's file FILE, by default "unit".
install_unit() {
    local unit=$1
    install_file "$(file "${2:-unit}")" "/etc/systemd/system/$unit" 0644 root
    remove_overrides "$unit"
    systemctl daemon-reload
    systemctl enable --quiet "$unit"
}

# What was laid over a unit by hand goes, and the unit's file looks new, so that the unit is started anew.
remove_overrides() {
    [ -n "$(overrides_of "$1")" ] || return 0
    progress "removing what was laid over $1 by hand: $(overrides_of "$1")"
    systemctl revert "$1"
    touch "/etc/systemd/system/$1"
}

# overrides_of UNIT: files that change this very unit; some systems have others that change all.
overrides_of() {
    systemctl show --property DropInPaths --value "$1" | tr ' ' '\n' | grep -F "/$1.d/" | paste -sd ' '
}

remove_unit() {
    local unit=$1
    systemctl disable --now --quiet "$unit" || true
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
