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

# install_unit NAME: the unit is the manifest's file "unit".
install_unit() {
    local unit=$1
    install_file "$(file unit)" "/etc/systemd/system/$unit" 0644 root
    systemctl daemon-reload
    systemctl enable --quiet "$unit"
}

remove_unit() {
    local unit=$1
    systemctl disable --now --quiet "$unit" || true
    rm -f "/etc/systemd/system/$unit"
    systemctl daemon-reload
    systemctl reset-failed "$unit" 2>/dev/null || true
}

# in_use UNIT STAMP FILE...: true when the unit runs, and has read the files as they are now. What a run that was cut
# short has installed, but not put to use, shows by the stamp.
in_use() {
    local unit=$1 stamp=$state/$2
    shift 2
    systemctl is-active --quiet "$unit" && [ "$(cat "$stamp" 2>/dev/null)" = "$(sha256sum -- "$@")" ]
}

# note_use STAMP FILE...: the unit has just read the files.
note_use() {
    local stamp=$state/$1
    shift
    sha256sum -- "$@" >"$stamp.new"
    mv -f "$stamp.new" "$stamp"
}
