# Messages to people that wait for their delivery.
# shellcheck shell=bash

# put_into_outbox EVENT KEY SINCE WHAT TO-DO: as docs/alarms.md describes messages.
put_into_outbox() {
    local event=$1 key=$2 since=$3 lost=$4 todo=$5 text time
    since=$(date -u -d "@$since" +%FT%TZ) time=$(date -u -d "@$now" +%FT%TZ)
    case $event in
        lasts) text="still, since $since: $lost. To do: $todo" ;;
        over | test) text=$lost ;;
        *) text="$lost. To do: $todo" ;;
    esac
    install -d -m 0700 "$state/outbox"
    json_object deployment "$(param deployment)" event "${key%%/*}" about "${key#*/}" state "$event" id "$(param deployment)/$key/$since" since "$since" \
        time "$time" host "$(param host)" lost "$lost" todo "$todo" text "[$(param deployment)] $text" >"$state/outbox/.new"
    mv -f "$state/outbox/.new" "$state/outbox/${EPOCHREALTIME/[.,]/}"
    # Whoever is never reached is told the newest ones.
    find "$state/outbox" -type f ! -name '.*' | sort | head -n -100 | xargs -r rm -f --
}

# json_object NAME VALUE...: in ASCII, whatever is in them.
json_object() {
    awk 'BEGIN {
        printf "{\"version\":1"
        for (one = 1; one < ARGC; one += 2) printf ",\"%s\":\"%s\"", ARGV[one], escaped(ARGV[one + 1])
        print "}"
    }
    function escaped(text,   out, position, one) {
        for (position = 1; position <= length(text); position++) {
            one = substr(text, position, 1)
            out = out (one == "\\" || one == "\"" ? "\\" one : one < " " || one > "~" ? "?" : one)
        }
        return out
    }' "$@"
}

# deliver_outbox: one message after the other, each by a unit of its own. Where one fails, all wait: for a minute, two, four, up to an hour.
deliver_outbox() {
    local message tries=0 next=0
    # Later than in an hour it was by a clock that has been set back.
    ! read -r tries next 2>/dev/null <"$state/failing" || [ "$now" -ge "$next" ] || [ "$next" -gt "$((now + 3600))" ] || return 1
    for message in "$state"/outbox/*; do
        [ -f "$message" ] || break
        cp "$message" "$state/message"
        if ! systemctl start "$(param delivery_unit)"; then
            tries=$((tries < 7 ? tries + 1 : 7))
            next=$((30 << tries))
            printf '%s %s\n' "$tries" "$((now + (next < 3600 ? next : 3600) - 5))" >"$work/failing"
            keep failing
            return 1
        fi
        rm -f -- "$message" "$state/failing"
    done
    rm -f -- "$state/failing"
}

# undelivered_facts: for status.sh: how many messages could not be delivered, and since when, in seconds since 1970.
undelivered_facts() {
    [ -f "$state/failing" ] || return 0
    find "$state/outbox" -type f ! -name '.*' -printf '%f\n' | sort | awk '
        NR == 1 { first = substr($1, 1, length($1) - 6) }
        END { if (NR) printf "undelivered\t%d %s\n", NR, first }'
}
