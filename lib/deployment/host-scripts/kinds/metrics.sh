# A text file for node_exporter, written by a timer.
# shellcheck shell=bash

converge() {
    local unit timer
    unit=$(param unit) timer=$(param timer)
    make_textfile_folder
    in_textfile_folder true ||
        fail "$(param directory) is no folder that root alone can change; name the real path of one in 'textfileDirectory'"
    install_scripts
    install_idle_unit "$unit"
    install_unit "$timer" timer
    systemctl restart "$timer"
    # What is to run each minute is known to work when it has.
    systemctl start "$unit" || fail "no metrics were written; see 'sudo journalctl -u $unit'"
}

drift() {
    ! systemctl is-failed --quiet "$(param unit)" || found "metrics are not written: see 'sudo journalctl -u $(param unit)'"
}

remove() {
    remove_unit "$(param timer)"
    remove_unit "$(param unit)"
    in_textfile_folder rm -f -- "./$(param file)" || true
    remove_textfile_folder
}
