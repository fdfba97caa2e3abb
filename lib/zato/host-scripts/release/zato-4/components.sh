# What components of Zato 4 read from files that Zato has written, and what they remember.
# shellcheck shell=bash

# prepare_server: it keeps things in the home of its user, and would start without its Redis, too.
prepare_server() {
    own_cluster_folder
    folder_of_zato "$(param home)"
    at_most=60 as_zato mkdir -p -m 0700 "$(param home)/env/qs-1" || fail "$(param home) cannot be written by zato; see the log"
    has_what_it_needs || fail "the Redis at $(param redis_host):$(param redis_port) does not answer, or not to the password that is declared; without it no job ever runs"
}

# has_what_it_needs: before each start. Zato tries once, and is deaf to its scheduler from then on.
has_what_it_needs() {
    wait_until 60 "its Redis" redis_answers "$(param redis_host)" "$(param redis_port)"
}

# has_own_tables: whether those of the ODB are of this release.
has_own_tables() {
    ! odb_has_column cluster lb_port
}

# The dashboard asks the first server.
note_load_balancer() {
    :
}

# create_scheduler: it takes all from its environment, its password as part of a URL. All servers have been restarted by now.
create_scheduler() {
    local folder
    install_environment in_url
    [ -f "$(secret_file redis_password.former)" ] || return 0
    folder=$(folders_of_this_cluster redis)
    if [ -n "$folder" ]; then
        (
            enter_component "$folder"
            # shellcheck source=../../kinds/redis.sh
            . "$scripts/kinds/redis.sh"
            forget_former_password
        )
    fi
}

# in_url FILE: what may mean something in a URL, as bytes.
in_url() {
    local text position one
    text=$(cat "$1")
    local LC_ALL=C
    for ((position = 0; position < ${#text}; position++)); do
        one=${text:position:1}
        case $one in
            [A-Za-z0-9._~=-]) printf '%s' "$one" ;;
            *) printf '%s' "$one" | od -A n -t x1 | sed 's/ *\([0-9a-f][0-9a-f]\)/%\1/g' | tr -d '\n' ;;
        esac
    done
}

# The environment overrides the configuration file, but Zato's command line reads the file alone. The demo that each server gets stays: without
# demo.echo and test.raise, which its MCP gateway names, it ends at its start.
set_address() {
    if has_port; then return; fi
    edit_as_zato "$(server_conf)" "s/^bind=.*/bind=$(param address)/" || true
    has_port || fail "the address cannot be written into $(server_conf); see the log"
}

has_port() {
    at_most=60 as_zato grep -qxF "bind=$(param address)" "$(server_conf)"
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
