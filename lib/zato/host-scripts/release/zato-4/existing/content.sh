# How servers that are not ours to restart hear of an import.
# shellcheck shell=bash

# as_zato_like_server COMMAND...: with the environment of the first server, by which an import finds what that keeps. What runs in a container
# does not end with the one who has asked for it.
as_zato_like_server() {
    python_as_zato like_server.py "$(param server_path)" "$(param own_hot_deploy)" /usr/bin/env timeout -k 5 890 "$@"
}

# tell_other ADDRESS: a service that is gone stays in the memory of a server that has not deleted it itself, and that one deletes the file
# in which it was, whatever else is in there.
tell_other() {
    local gone=
    if grep -qs '^deleted service/' "$work/removed"; then
        gone=yes
        place_services "$1" 1 "$(staged_services)"
        at_services "$1" 1 forget
    fi
    if [ "$1" = "$(first_server)" ]; then return; fi
    let_read "$1"
    [ -z "$gone" ] || progress "the server at $1 keeps deleted services in memory, without channels, until it is restarted"
}
