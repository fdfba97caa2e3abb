# What a script begins with that answers a question, and changes nothing.
# shellcheck shell=bash

umask 077
# shellcheck source=all.sh
. "$scripts/lib/all.sh"
make_work
trap 'rm -rf -- "$work"' EXIT

# Nobody reads a log of it.
fail() {
    printf '%s\n' "$1" | visible >&2
    exit 1
}
