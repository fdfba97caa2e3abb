# Code that comes from elsewhere, as far as there is room for it.
# shellcheck shell=bash

downloaded() {
    printf '%s' "$STATE/archive-$(param sha256)"
}

# download FILE
download() {
    local archive=$1 sum
    sum=$(param sha256)
    if ! printf '%s  %s\n' "$sum" "$archive" | sha256sum --check --status 2>/dev/null; then
        progress "downloading $(param url)"
        # Where nothing comes for two minutes it is asked for again.
        while_room "$STATE" curl -fsSL --retry 3 --retry-connrefused --connect-timeout 10 --speed-limit 1000 --speed-time 120 -o "$archive.part" -- "$(param url)" ||
            fail "$(param url) cannot be downloaded"
        printf '%s  %s\n' "$sum" "$archive.part" | sha256sum --check --status ||
            fail "$(param url) has SHA-256 $(sha256sum "$archive.part" | cut -d ' ' -f 1) instead of $sum; nothing was unpacked"
        mv -f "$archive.part" "$archive"
    fi
}

# As much as the largest build that is there takes, and some more for the archive and all else.
need_space() {
    local largest available
    largest=$({ du -sm "$ZATO_HOME"/builds/*/ 2>/dev/null || true; } | sort -n | tail -n 1 | cut -f 1)
    available=$(df --output=avail -B 1M "$ZATO_HOME" | tail -n 1 | tr -d ' ')
    [ "$available" -ge "$((2 * ${largest:-0}))" ] ||
        fail "there are $available MiB free below $ZATO_HOME, and another build of Zato needs $((2 * ${largest:-0})) MiB"
}

# while_room FOLDER COMMAND...: a program that writes there, for as long as it leaves room to what else is on that disk, and for two hours: whoever
# waits has the host's lock. It ends with this run, since nobody would watch it then.
while_room() {
    local folder=$1 room writer begun=$SECONDS
    shift
    room=$(room_in "$folder")
    setpriv --pdeathsig KILL -- "$@" </dev/null 3>&- &
    writer=$!
    while kill -0 "$writer" 2>/dev/null; do
        if [ "$(room_in "$folder")" -eq 0 ]; then
            kill "$writer" 2>/dev/null || true
            wait "$writer" || true
            fail "there is too little space in $folder: what comes there needs more than the $((room / 1024)) MiB that can be used; make room on that disk"
        fi
        if [ "$((SECONDS - begun))" -ge "${at_most:-7200}" ]; then kill "$writer" 2>/dev/null || true; fi
        sleep 0.2
    done
    wait "$writer"
}
