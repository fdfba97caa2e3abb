# Files and units that are only touched when they differ.
# shellcheck shell=bash

# Set to "yes" by whatever changed something that a process has read.
changed=

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
    changed=yes
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

# in_use UNIT: true when it runs with what is installed now.
in_use() {
    [ -z "$changed" ] && systemctl is-active --quiet "$1"
}
