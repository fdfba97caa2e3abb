# Why a server does without services: Zato says so in the server's log, and nowhere else.
# shellcheck shell=bash

# note_server_logs: what this cluster's servers have said so far is of no interest.
note_server_logs() {
    local folder
    for folder in $(folders_of_this_cluster server); do
        (enter_component "$folder" && note_server_log)
    done
}

note_server_log() {
    note_log "$(server_log)" "$(param address)"
}

# note_log LOG ADDRESS: by inode and size, since logs are put away when they are large.
note_log() {
    at_most=60 as_zato stat -L -c '%i %s' -- "$1" >"$work/log-of-$2" 2>/dev/null || true
}

server_log() {
    printf '%s' "$(param path)/logs/server.log"
}

# said_by_server ADDRESS FILE: what the server has said since of the files of services of FILE that are missing, or of all where nobody
# knows these, without secrets; nothing, or lines of their own.
said_by_server() {
    local folder secrets log
    files_of_missing "$2" >"$work/silent"
    for folder in $(folders_of_this_cluster server); do
        log=$(enter_component "$folder" && [ "$(param address)" = "$1" ] && server_log) || continue
        mapfile -t secrets < <(content_secrets_for_zato && enter_component "$folder" && server_secrets_for_zato)
        said_in_log "$log" "$1" "${secrets[@]}"
    done
}

# said_in_log LOG ADDRESS SECRET...: of the files that $work/silent names.
said_in_log() {
    local log=$1 inode=0 size=0
    [ ! -s "$work/log-of-$2" ] || read -r inode size <"$work/log-of-$2"
    python_as_zato server_log.py "$log" "$inode" "$size" "$(for_zato "$work/silent")" "${@:3}" || true
}

# content_secrets_for_zato: those of what the cluster runs, whichever component asks.
content_secrets_for_zato() {
    local folder
    for folder in $(folders_of_this_cluster content); do (enter_component "$folder" && secrets_for_zato); done
}
