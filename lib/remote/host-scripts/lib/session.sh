# One run of one of our scripts: its lock, its log, its progress lines, its working folder.
# shellcheck shell=bash

readonly STATE=/var/lib/cdktf-zato
readonly LOGS=/var/log/cdktf-zato
readonly CONFIG=/etc/cdktf-zato
# Root's alone, so that nobody else can hold the lock.
readonly RUN=/run/cdktf-zato
readonly LOCK=$RUN/lock

# begin LABEL: from here on, output goes to the log, and only progress lines to whoever watches.
begin() {
    label=$1
    install -d -m 0700 "$STATE" "$STATE/components" "$LOGS" "$CONFIG" "$CONFIG/secrets" "$RUN"
    log=$LOGS/$label.log
    # Terraform may die while we work, and nobody read what we say.
    trap '' PIPE HUP
    exec 3>&1 >>"$log" 2>&1
    printf '\n== %s %s\n' "$(date -u +%FT%TZ)" "$label" || true
    make_work
    trap 'end $?' EXIT
}

# make_work: the working folder. Others pass through it to what is handed over to them, and see nothing else.
make_work() {
    work=$(mktemp -d /run/cdktf-zato.XXXXXXXX)
    chmod 0711 "$work"
}

# take_lock: one run at a time on this host. A process of its own keeps the lock, and ends with this one: what a run starts, such
# as a daemon that an installation script leaves behind, never has it.
take_lock() {
    exec 9>"$LOCK"
    if ! flock -n 9; then
        progress "waiting for another run on this host"
        flock -w 3600 9 || fail "another run has held $LOCK for an hour; see who: pgrep -af cdktf-zato"
    fi
    tail --pid="$$" -s 0.5 -f /dev/null </dev/null 3>&- &
    lock_keeper=$!
    exec 9>&-
}

# is_run_at_work: whether another one has that lock.
is_run_at_work() {
    [ -e "$LOCK" ] && ! flock -n "$LOCK" true
}

# clear_staging FOLDER: forgets what no run can still want: Terraform empties its scripts when they have run, and leaves
# them there; one that was killed leaves all that it had staged; and former scripts may have been in use when others came.
clear_staging() {
    find "$1/run" -name '*.sh' -size 0 -mmin +1 -delete 2>/dev/null || true
    find "$1/.." -maxdepth 1 -type f \( -name '.cdktf-zato-*.sh' -o -name 'sh .cdktf-zato-*.sh' \) -mmin +180 -delete 2>/dev/null || true
    find "$1" -mindepth 1 -maxdepth 1 -mmin +180 ! -name run ! -name scripts ! -samefile "$scripts" -exec rm -rf {} + 2>/dev/null || true
}

# release_lock: what follows may go on beside other runs.
release_lock() {
    [ -n "${lock_keeper:-}" ] || return 0
    kill "$lock_keeper" 2>/dev/null || true
    wait "$lock_keeper" 2>/dev/null || true
    lock_keeper=
}

# foreign COMMAND...: a program that is not ours, which may leave processes behind: they must not keep Terraform waiting, nor a lock.
foreign() {
    "$@" 3>&- 8>&- 9>&-
}

# in_time COMMAND...: what runs as somebody else, who can stop it, and all that watches it but root: for "at_most" seconds, in a process group
# of its own. What it leaves behind may keep a pipe open for ever, so that root alone has the end that somebody waits for.
in_time() {
    if [ -p /dev/fd/2 ]; then
        heard_in_time "$@" 2> >(passed_on >&2)
    else
        heard_in_time "$@"
    fi
}

heard_in_time() {
    if [ -p /dev/fd/1 ]; then
        foreign timeout -k 5 "${at_most:-3600}" "$@" | passed_on
    else
        foreign timeout -k 5 "${at_most:-3600}" "$@"
    fi
}

# passed_on: standard input, for somewhat longer than in_time lets its command go on.
passed_on() {
    local limit=${at_most:-3600}
    timeout "$((limit == 0 ? 0 : limit + 6))" cat
}

end() {
    local status=$1
    if [ "$status" -ne 0 ] && [ -z "${failed:-}" ]; then
        say "failed with exit status $status; the end of $log on the host:"
        tail -n 12 "$log" | visible | sed 's/^/    /' >&3 2>/dev/null || true
    fi
    if [ "$status" -ne 0 ] && ! echo; then say "failed for want of space, it seems: nothing can be written in $LOGS; make room: df -h $LOGS"; fi
    # In a shell of its own, which may end in the middle.
    if [ "$status" -ne 0 ] && [ -n "${on_failure:-}" ]; then ("$on_failure") || true; fi
    rm -rf -- "$work"
    release_lock
}

say() {
    printf '[%s] %s: %s\n' "${host:-$(hostname)}" "$label" "$1" | visible >&3 2>/dev/null || true
}

# show FILE: its lines, for whoever watches.
show() {
    cat "$1" || true
    visible <"$1" | sed 's/^/    /' >&3 2>/dev/null || true
}

# A log that cannot be written must not be why nobody hears why.
progress() {
    printf -- '-- %s\n' "$1" || true
    say "$1"
}

fail() {
    failed=yes
    printf -- '-- failed: %s\n' "$1" || true
    say "failed: $1 (log on the host: $log)"
    exit 1
}

# wait_until SECONDS WHAT COMMAND...: repeats the command, soon twice a second, and says what it waits for.
wait_until() {
    local limit=$1 what=$2 begun=$SECONDS next=3 pause=1 elapsed
    shift 2
    until "$@" >/dev/null 2>&1; do
        elapsed=$((SECONDS - begun))
        [ "$elapsed" -lt "$limit" ] || return 1
        # After 3, 6, 12, 24 … seconds.
        if [ "$elapsed" -ge "$next" ]; then
            say "waiting for $what ($elapsed s)"
            next=$((2 * next))
        fi
        sleep "0.$pause"
        pause=$((pause < 5 ? pause + 1 : 5))
    done
}
