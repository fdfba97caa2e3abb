# Backups of a cluster by a timer, and a first one.
# shellcheck shell=bash

converge() {
    local unit timer
    unit=$(param unit) timer=$(param timer)
    systemd-analyze calendar "$(param schedule)" ||
        fail "'$(param schedule)' is no calendar event to this host's systemd; see 'systemd-analyze calendar'"
    make_folder_for_backups "$(param directory)"
    install_scripts
    if [ -f "$(file deliver)" ]; then
        install_file "$(file deliver)" "$state/deliver" 0700 root
    else
        rm -f "$state/deliver"
    fi
    install_idle_unit "$unit"
    install_unit "$timer" timer
    systemctl restart "$timer"
    first_backup
    keep_private "$(param directory)"
}

# That it works is known when it has worked. It takes the lock itself.
first_backup() {
    progress "making a backup in $(param directory)"
    release_lock
    systemctl start "$(param unit)" ||
        fail "no backup was made; see 'sudo journalctl -u $(param unit)': $(journalctl -u "$(param unit)" -n 20 -o cat --no-pager |
            sed -n "s/^\[$host\] $label: failed: \(.*\) (log .*/\1/p" | tail -n 1)"
}

drift() {
    ! systemctl is-failed --quiet "$(param unit)" || found "the last backup failed: see 'sudo journalctl -u $(param unit)'"
}

remove() {
    remove_unit "$(param timer)"
    remove_unit "$(param unit)"
    # Empty where none was ever made.
    if ! rmdir "$(param directory)" 2>/dev/null; then progress "kept: the backups in $(param directory)"; fi
}
