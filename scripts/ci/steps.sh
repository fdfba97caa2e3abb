# Steps of CI, for .ci/run to source. Those of one lane follow each other, lanes run beside each other, and what a step
# has said is shown in one piece when it ends.
# shellcheck shell=bash

work=$(mktemp -d)
mkdir "$work/logs" "$work/results"
lanes=()
# Each lane gets a process group, so that it can be ended with all that it runs.
set -m

# in_lanes FUNCTION…: runs functions made of steps, beside each other, until all have ended.
in_lanes() {
    local name lane
    lanes=()
    for name in "$@"; do
        "$name" </dev/null &
        lanes+=("$!")
    done
    for lane in "${lanes[@]}"; do
        # A step that fails does not end its lane; what does would hide the steps behind it.
        wait "$lane" || note "a lane ($*)" 0 "$?" 0 0
    done
    lanes=()
}

# step NAME SCRIPT: runs a script of bash; a failure is counted, and keeps nothing else from running.
step() {
    local name=$1 script=$2 begun=$SECONDS status=0 log=$work/logs/$1 good bad
    printf -- '--- %s begins at %d s\n' "$name" "$SECONDS"
    bash -euo pipefail -c "$script" >"$log" 2>&1 || status=$?
    read -r good bad < <(count_tests "$log")
    note "$name" $((SECONDS - begun)) "$status" "$good" "$bad"
    [ "$status" -eq 0 ] || last_time "$log" | failed_tests | sed "s/^/$name: /" >>"$work/results/failed"
    first_time "$log" | failed_tests | sed "s/^/$name: /" >>"$work/results/once"
    show "$name" "ends with status $status after $((SECONDS - begun)) s"
}

# note NAME SECONDS STATUS PASSED FAILED: for the summary.
note() {
    printf '%s\t%s\t%s\t%s\t%s\n' "$@" >>"$work/results/all"
}

# show NAME OUTCOME: prints a step's log as one piece, whatever other lanes print.
show() {
    local log=$work/logs/$1
    {
        flock 9
        printf '\n=== %s\n' "$1"
        cat -- "$log"
        printf '=== %s %s\n\n' "$1" "$2"
    } 9>>"$work/screen"
    rm -- "$log"
}

# once_more: what a step prints before it runs again what has failed. From there on the second outcome counts, and the first is told of in
# the summary.
once_more() {
    printf '\n%s\n\n' "$ONCE_MORE"
}
ONCE_MORE='=== once more'
export ONCE_MORE
export -f once_more

# count_tests LOG: what Jest and Python's unittest say of themselves, as "PASSED FAILED". What Jest runs again are whole files.
count_tests() {
    awk -v once_more="$ONCE_MORE" '
        /^(PASS|FAIL) / { in_failing = $1 == "FAIL" }
        in_failing && /^ *✓ / { again++ }
        $0 == once_more { good -= again; bad = 0; in_failing = 0 }
        /^Tests: / {
            for (field = 2; field < NF; field++) {
                if ($(field + 1) ~ /^passed/) good += $field
                if ($(field + 1) ~ /^failed/) bad += $field
            }
        }
        /^Ran [0-9]+ tests? in / { good += $2 }
        /^(OK|FAILED) \(.*\)$/ {
            while (match($0, /(failures|errors|skipped)=[0-9]+/)) {
                split(substr($0, RSTART, RLENGTH), pair, "=")
                good -= pair[2]
                if (pair[1] != "skipped") bad += pair[2]
                $0 = substr($0, RSTART + RLENGTH)
            }
        }
        END { print good + 0, bad + 0 }
    ' "$1"
}

# failed_tests: reads what was said, and prints their names and what was the matter, in a few lines each, since who reads the end of a log wants these.
failed_tests() {
    awk '
        /^ *● / { sub(/^ */, ""); lines = seen[$0]++ ? 0 : 9 }
        /^(FAIL|ERROR): / { lines = 1 }
        /^ +at / { lines = 0 }
        lines > 0 && /[^ ]/ { print substr($0, 1, 200); lines-- }
    '
}

# first_time LOG: what was said before anything was run once more.
first_time() {
    awk -v once_more="$ONCE_MORE" '{ said = said $0 "\n" } $0 == once_more { printf "%s", said; exit }' "$1"
}

# last_time LOG: what was said when all of it had its last chance.
last_time() {
    awk -v once_more="$ONCE_MORE" '$0 == once_more { said = ""; next } { said = said $0 "\n" } END { printf "%s", said }' "$1"
}

# summarize: prints what has failed, a line for each step, and "N passed, N failed": each step is one, and each test in it. Fails where
# anything has failed.
summarize() {
    local name seconds status good bad outcome passed=0 failed=0
    show_unfinished
    tell_of once 'what failed at first, and was run once more'
    tell_of failed 'what failed'
    printf '\n=== summary (%d s)\n' "$SECONDS"
    while IFS=$'\t' read -r name seconds status good bad; do
        outcome=passed
        [ "$status" -eq 0 ] || outcome="FAILED with status $status"
        passed=$((passed + good + (status == 0)))
        failed=$((failed + bad + (status != 0)))
        printf '%5d s  %-28s %s\n' "$seconds" "$name" "$outcome"
    done <"$work/results/all"
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ]
}

# tell_of RESULTS TITLE
tell_of() {
    [ -s "$work/results/$1" ] || return 0
    printf '\n=== %s\n' "$2"
    cat -- "$work/results/$1"
}

# end_steps: ends what still runs, with all that it has started, shows how far it came, and forgets everything.
end_steps() {
    local lane
    for lane in "${lanes[@]}"; do
        kill -TERM -- "-$lane" 2>/dev/null || continue
        # Jest and Terraform finish what they are at, which may be long.
        timeout 20 tail --pid="$lane" -f /dev/null || true
        kill -KILL -- "-$lane" 2>/dev/null || true
    done
    show_unfinished
    rm -rf -- "$work"
}

show_unfinished() {
    local log
    for log in "$work"/logs/*; do
        [ ! -e "$log" ] || show "${log##*/}" "was interrupted"
    done
}
