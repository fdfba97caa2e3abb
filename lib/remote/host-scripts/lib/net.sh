# What can be reached from this host.
# shellcheck shell=bash

# reaches ADDRESS PORT: whether a TCP connection is accepted within five seconds.
reaches() {
    local address=${1#[}
    # shellcheck disable=SC2016 # the inner shell expands its own arguments
    timeout 5 bash -c ': <"/dev/tcp/$1/$2"' _ "${address%]}" "$2" 2>/dev/null
}
