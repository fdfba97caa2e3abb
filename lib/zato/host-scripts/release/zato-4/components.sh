# What components of Zato 4 read from files that Zato has written, and what they remember.
# shellcheck shell=bash

# The environment overrides the configuration file, but Zato's command line reads the file alone.
set_address() {
    if has_port; then return; fi
    edit_as_zato "$(server_conf)" "s/^bind=.*/bind=$(param address)/" || true
    has_port || fail "the address cannot be written into $(server_conf); see the log"
}

has_port() {
    as_zato timeout 60 grep -qxF "bind=$(param address)" "$(server_conf)"
}

server_conf() {
    printf '%s' "$(param path)/config/repo/server.conf"
}

# It takes its address from its unit.
set_bind() {
    printf '%s\n' "$(param bind)" "$(param port)" >"$work/bind"
    install_file "$work/bind" "$state/bind" 0600 root
}

# Jobs are in Redis and the ODB, which a scheduler reads whenever it starts.
forget_what_servers_still_tell() {
    rm -f "$state/passive"
}

# encrypted_passwords: prints those that Zato keeps so in the ODB, as tokens of Fernet's.
encrypted_passwords() {
    sql "select password from sec_base where password like 'zato.secf.%'" | sed 's/^zato\.secf\.//'
}
