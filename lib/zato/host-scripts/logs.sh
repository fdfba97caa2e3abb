#!/usr/bin/env bash
# logs.sh: prints what components of this host have said, a line "NAME<tab>SOURCE<tab>LINE" each, where SOURCE tells its stream. Reads a line "since SECONDS", lines "component NAME", and "show", or "follow": then it goes on until its input
# ends. Changes nothing.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/question-run.sh
. "$scripts/lib/question-run.sh"
trap 'end_readers; rm -rf -- "$work"' EXIT

# Of a journal, and of a server's log: the last ones.
readonly MOST_LINES=20000

# read_request: nothing in it is more than a number or a name.
read_request() {
    local line
    names=()
    while IFS= read -r line; do
        if [[ $line =~ ^since\ ([0-9]{1,9})$ ]]; then
            since=$(($(date +%s) - 10#${BASH_REMATCH[1]}))
        elif [[ $line =~ ^component\ ([A-Za-z][A-Za-z0-9_.-]*)$ ]]; then
            names+=("${BASH_REMATCH[1]}")
        elif [[ $line =~ ^(show|follow)$ ]] && [ -n "${since:-}" ]; then
            mode=$line
            return
        else
            break
        fi
    done
    fail "what is asked of the logs is not understood: '${line:0:80}'"
}

# read_component NAME: each of its sources by a reader beside the others.
read_component() {
    name=$1
    [ ! -f "$LOGS/$name.log" ] || reader deploy deploy_log "$LOGS/$name.log"
    [ ! -f "$LOGS/$name.parity.log" ] || reader parity deploy_log "$LOGS/$name.parity.log"
    [ -f "$STATE/components/$name/manifest" ] || return 0
    enter_component "$STATE/components/$name"
    if [ "$(cat "$state/kind")" = server ]; then
        script_for_zato redact_lines.py >/dev/null
        reader journal without_secrets server_journal
        reader server without_secrets server_lines
    elif [ -n "$(param unit)" ]; then
        reader journal journal
    fi
}

# reader SOURCE COMMAND...: in a process group of its own, by which it is ended. What is shown once is put together first, so that
# no line of one gets into another's.
reader() {
    local source=$1
    shift
    count=$((count + 1))
    if [ "$mode" = follow ]; then
        "$@" </dev/null 2>/dev/null | labelled "$source" &
    else
        "$@" </dev/null 2>/dev/null | labelled "$source" >"$work/said.$count" &
    fi
    readers+=("$(jobs -p %%)")
}

# labelled SOURCE: a line that others write beside it stays one where it is not longer than what a pipe takes at once.
labelled() {
    LC_ALL=C sed -u -E "s/^(.{3500}).+/\1…/; s/^/$name\t$1\t/"
}

# deploy_log FILE: of the runs that have begun since; else of the last one, if it has said something since.
deploy_log() {
    local first follow=()
    first=$(LC_ALL=C awk -v since="$(date -u -d "@$since" +%FT%TZ)" '
        /^== / { last = NR; if (!first && $2 >= since) first = NR }
        END { print first ? first : last }' "$1")
    if [ -z "$first" ] || [ "$(stat -c %Y "$1")" -lt "$since" ]; then first=$(($(wc -l <"$1") + 1)); fi
    if [ "$mode" = follow ]; then follow=(--follow=name --retry); fi
    tail "${follow[@]}" -n "+$first" -- "$1"
}

# journal: of the units of the component.
journal() {
    local unit units=() follow=(--no-pager)
    for unit in "$(param unit)" "$(param vrrp_unit)" "$(param delivery_unit)"; do
        [ -z "$unit" ] || units+=(--unit "$unit")
    done
    if [ "$mode" = follow ]; then follow=(--follow); fi
    journalctl --quiet --all --utc --no-hostname --output short-iso-precise --since "@$since" --lines "$MOST_LINES" \
        "${follow[@]}" "${units[@]}"
}

# server_journal: without entries of the server's log, which are in its journal too.
server_journal() {
    journal | LC_ALL=C sed -u -E '/^[^ ]+ [^ ]+: [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8},[0-9]{3} /d'
}

server_lines() {
    python_as_zato log_lines.py "$(server_log)" "$mode" "$since" "$MOST_LINES"
}

# without_secrets COMMAND...: a server may write what its services and connections know.
without_secrets() {
    local secrets
    mapfile -t secrets < <(content_secrets_for_zato; server_secrets_for_zato)
    "$@" | passed_on | as_zato_with_input /usr/bin/python3 -I -B "$(script_for_zato redact_lines.py)" "${secrets[@]}"
}

end_readers() {
    local reader
    for reader in "${readers[@]}"; do kill -- "-$reader" 2>/dev/null || true; done
}

readers=() count=0 at_most=300
set -m
read_request
# As long as somebody listens, and in the reader's process group.
if [ "$mode" = follow ]; then
    in_time() { foreign "$@"; }
    passed_on() { cat; }
fi
: >"$work/said.0"
for one in "${names[@]}"; do read_component "$one"; done
if [ "$mode" = follow ]; then
    # Whoever listens has gone when this ends.
    cat >/dev/null
else
    wait
    # Their numbers may be others' by now.
    readers=()
    cat "$work"/said.*
fi
