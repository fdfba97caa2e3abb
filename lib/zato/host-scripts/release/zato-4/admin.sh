# Zato 4's admin API: where it is, and what its answers look like, is in admin_api.py.
# shellcheck shell=bash

# change_admin_password SERVER_ADDRESS: that of the definition by which we ask.
change_admin_password() {
    admin "$1" change-password "$(sql "select id from sec_base where name = 'admin.invoke'")" \
        "$(for_zato "$(secret_file admin_invoke_password)")"
}
