#!/bin/sh
# run-hook.sh: runs a script of the user's, $hook_script, where Terraform does or (hook.sh) on a host, and gives it $hook_timeout seconds.
# What it prints is shown where it fails, with $hook_leaves, what is deployed and what is not. The script is told what it is about by
# CDKTF_ZATO_… in its environment. To run on whatever deploys, this is plain sh.
set -eu

say() {
    printf '[%s] %s: %s\n' "$hook_where" "$hook_label" "$1"
}

fail() {
    say "failed: $1"
    LC_ALL=C tr -d '\000-\010\013-\037\177' <"$work/output" | tail -n 12 | sed 's/^/    /'
    say "$hook_leaves. Mend it, and deploy again, which runs the hook again and goes on from there."
    exit 1
}

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
: >"$work/output"
chmod u+x "$hook_script"
case $hook_script in /*) ;; *) hook_script=./$hook_script ;; esac

# In a group of its own, so that nothing of it is left behind, where there is setsid.
group=
if command -v setsid >/dev/null 2>&1; then group=-; set -- setsid; else set --; fi
end() {
    kill -s "$1" -- "$group$script"
}

say "running $hook_file"
begun=$(date +%s)
"$@" "$hook_script" >"$work/output" 2>&1 </dev/null &
script=$!
(
    trap 'kill "$nap"; exit' TERM
    sleep "$hook_timeout" &
    nap=$!
    wait "$nap"
    : >"$work/late"
    end TERM
    sleep 3
    end KILL
) >/dev/null 2>&1 &
watchdog=$!
trap 'end TERM; kill "$watchdog"; exit 130' INT TERM

status=0
wait "$script" 2>/dev/null || status=$?
# It ends what is left of a script that is late.
[ -e "$work/late" ] || kill "$watchdog" 2>/dev/null || true
wait "$watchdog" 2>/dev/null || true
[ ! -e "$work/late" ] ||
    fail "$hook_file did not end within $hook_timeout seconds, and was stopped; it said last:"
[ "$status" -eq 0 ] ||
    fail "$hook_file ended with exit status $status after $(($(date +%s) - begun)) seconds; it said last:"
say "done in $(($(date +%s) - begun)) seconds"
