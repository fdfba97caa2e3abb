# What components of Zato 3 read from files that Zato has written, and what they remember.
# shellcheck shell=bash

# Nothing that is not there with its cluster.
prepare_server() {
    :
}

has_what_it_needs() {
    :
}

# has_own_tables: whether those of the ODB are of this release.
has_own_tables() {
    odb_has_column cluster lb_port
}

# web-admin finds the load-balancer by this.
note_load_balancer() {
    sql "update $(odb_quoted cluster) set lb_port = $(param lb_port) where name = '$(param cluster)'"
}

# Zato writes addresses and ports into the scheduler's folder when it creates it. Jobs are in the ODB: only logs are lost.
create_scheduler() {
    cmp -s "$(file create)" "$state/created" || rm -f "$state/created"
    create_directory "$(file create)"
}

# The environment overrides the configuration file, but Zato's command line reads the file alone.
set_address() {
    if has_port; then return; fi
    edit_as_zato "$(server_conf)" "s/^gunicorn_bind=.*/gunicorn_bind=$(param address)/" || true
    has_port || fail "the address cannot be written into $(server_conf); see the log"
}

has_port() {
    at_most=60 as_zato grep -qxF "gunicorn_bind=$(param address)" "$(server_conf)"
}

server_conf() {
    printf '%s' "$(param path)/config/repo/server.conf"
}

# Only a web-admin without gunicorn reads these from its configuration.
set_bind() {
    printf '%s\n' "$(param bind)" "$(param port)" >"$work/bind"
    [ -z "$(param bind)" ] || edit_as_zato "$(param path)/config/repo/web-admin.conf" \
        "s/^(\s*\"host\"\s*:\s*\")[^\"]*/\1$(param bind)/; s/^(\s*\"port\"\s*:\s*)[0-9]+/\1$(param port)/" ||
        fail "the address cannot be written into web-admin.conf; see the log"
    install_file "$work/bind" "$state/bind" 0600 root
}

# While no scheduler ran here, each server has kept retrying to tell it of jobs that it had stored already. It would hear of
# them twice, and run them twice.
forget_what_servers_still_tell() {
    [ -f "$state/passive" ] || return 0
    [ -z "$(sql 'select id from job limit 1')" ] || restart_servers
    rm -f "$state/passive"
}

# encrypted_passwords: prints those that Zato keeps so in the ODB, as tokens of Fernet's.
encrypted_passwords() {
    sql "select password from sec_base where password like 'zato.secf.%'" | sed 's/^zato\.secf\.//'
}
