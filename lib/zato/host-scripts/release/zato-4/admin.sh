# Zato 4's admin API: where it is, and what its answers look like, is in admin_api.py.
# shellcheck shell=bash

# change_admin_password SERVER_ADDRESS: that of the definition by which we ask. The server that changes it knows it at once, the others when
# they have read the ODB again. What a try that was cut off has done already shows by whom the new one lets in.
change_admin_password() {
    local folder address
    takes_new_admin_password "$1" ||
        admin "$1" change-password "$(sql "select id from sec_base where name = 'admin.invoke'")" \
            "$(for_zato "$(secret_file admin_invoke_password)")" || return
    for folder in $(folders_of_this_cluster server); do
        address=$(enter_component "$folder" && param address)
        takes_new_admin_password "$address" || admin "$address" reload || return
    done
}
