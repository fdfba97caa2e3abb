# What hosts look at to tell people of it, who of them tells, and when.
# shellcheck shell=bash

# look_at_clusters: a line "NAME<tab>true|false<tab>STATE" for each, in the declared order: whether its host tells of others, and "up", "out"
# where it says itself that it was taken out, "down" where it does not answer, or "gone" where its machine does not either.
look_at_clusters() {
    local cluster tells address port url
    while read -r cluster tells address port url; do
        [ -z "$cluster" ] || printf '%s\t%s\t%s\n' "$cluster" "$tells" "$(state_of_cluster "$@")" >"$work/cluster.$cluster" &
    done < <(param clusters; echo)
    wait
    while read -r cluster _; do
        [ -z "$cluster" ] || cat "$work/cluster.$cluster"
    done < <(param clusters; echo)
}

# state_of_cluster: of the line that was read.
state_of_cluster() {
    local answer
    # A certificate is for the name that clients use.
    answer=$(curl -qgks --noproxy '*' --proto-default http --max-time 5 -w ' %{http_code}' "$url" 2>/dev/null | tail -c 1000) || true
    case $answer in
        *' 200') printf up ;;
        "$(param taken_out) 503") printf out ;;
        *) if machine_answers "$address" "$port"; then printf down; else printf gone; fi ;;
    esac
}

# look_at_machines: a line "NAME<tab>up|gone" for each machine that has no cluster.
look_at_machines() {
    local machine address port state
    while read -r machine address port; do
        [ -n "$machine" ] || continue
        if machine_answers "$address" "$port"; then state=up; else state=gone; fi
        printf '%s\t%s\n' "$machine" "$state"
    done < <(param machines; echo)
}

# machine_answers ADDRESS PORT: a refused connection is an answer, too.
machine_answers() {
    local said
    # shellcheck disable=SC2016 # the inner shell expands its own arguments
    said=$(timeout 5 bash -c ': <"/dev/tcp/$1/$2"' _ "$@" 2>&1) || [[ $said == *'Connection refused'* ]]
}

# judge: a line "KEY<tab>bad|well|unknown<tab>MINUTES<tab>TELLER<tab>WHAT<tab>TO DO<tab>CLUSTERS THAT ANSWER" for all that may be told of: for
# how long it has to last before, and the cluster whose host tells ("*" on a host without one). Of a cluster that is the first other one, in the
# declared order, that answers; where none does, the first whose machine does; a balancer's host where none does either. All hosts see the
# same, so one tells. While a deploy is at work on this host, what is on it is left alone.
judge() {
    awk -F '\t' -v OFS='\t' -v host="$(param host)" -v own="$(own_teller)" -v now="$now" -v library="$(param library)" -v settled="$state/addresses" '
        function say(key, verdict, minutes, teller, lost, todo) { print key, verdict, minutes, teller, lost, todo, answering }
        function judged(bad) { return deploying ? "unknown" : bad ? "bad" : "well" }
        function list(names, count,   one, text) {
            for (one = 1; one <= count; one++) text = text (one == 1 ? "" : one == count ? " and " : ", ") names[one]
            return text
        }
        function teller_of(cluster,   one) {
            for (one = 1; one <= clusters; one++)
                if (order[one] != cluster && tells[order[one]] && how[order[one]] == "up") return order[one]
            for (one = 1; one <= clusters; one++)
                if (tells[order[one]] && (order[one] == own || how[order[one]] != "gone")) return order[one]
            return held == "" && addresses ? "-" : own
        }
        function cluster_lost(cluster,   text) {
            text = how[cluster] == "gone" ? "the machine of the cluster " cluster " does not answer" : \
                how[cluster] == "down" ? "the cluster " cluster " does not answer, though its machine does" : \
                "the cluster " cluster " is kept from requests: a deploy or a restore there has not ended"
            text = text (ups == 0 ? "; no cluster answers requests" : "; requests go to " list(up, ups) (ups == 1 ? " alone" : ""))
            return text (held == "" ? "" : "; the virtual address " held " is on " host)
        }
        BEGIN {
            while ((left = getline line <settled) > 0) known[line] = 1
            has_settled = left == 0
        }
        FILENAME ~ /\/ours$/ { split($0, is, " "); kind[is[2]] = is[1]; next }
        FILENAME ~ /\/clusters$/ { order[++clusters] = $1; tells[$1] = $2 == "true"; how[$1] = $3; if ($3 == "up") { up[++ups] = $1; answering = answering " " $1 } next }
        FILENAME ~ /\/machines$/ { machine[$1] = $2; next }
        $1 == "host" && $2 == "deploy" { deploying = 1 }
        $1 == "host" && $2 == "disk" { split($3, word, " "); size[word[1]] = word[2]; free[word[1]] = word[3] }
        !($1 in kind) { next }
        { words = split($3, word, " ") }
        $2 == "declared" && kind[$1] == "server" { wanted[$1] = word[3]; part[$1] }
        $2 == "declared" && kind[$1] == "scheduler" { rests[$1] = word[4] != "true" }
        $2 == "workers" { workers[$1] = $3 }
        $2 == "answers" { part[$1]; if ($3 != "yes") mute[$1] }
        $2 == "unit" && kind[$1] == "backup" && word[1] ~ /\.service$/ { ended[$1] = word[2]; result[$1] = word[5] }
        $2 == "unit" && kind[$1] !~ /^(metrics|alarms)$/ && (kind[$1] != "backup" || word[1] ~ /\.timer$/) && !rests[$1] {
            part[$1]
            if (word[2] !~ /^(active|reloading)$/) stopped[$1] = word[1] " is " word[2]
        }
        $2 == "certificate" { place = $3; sub(/ [^ ]*$/, "", place); owner[place] = $1; end_of[place] = word[words] }
        $2 == "deployed" && kind[$1] == "haproxy" && $3 > now - 900 { moved_by_deploy = 1 }
        $2 == "address" { addresses++ }
        $2 == "address" && word[2] == "held" { held = held (held == "" ? "" : ", ") word[1]; holding[word[1]] }
        END {
            for (one = 1; one <= clusters; one++) {
                name = order[one]
                if (how[name] == "up") {
                    say("redundancy/" name, "well", 0, teller_of(name),
                        "the cluster " name " answers again; requests go to " list(up, ups))
                } else {
                    troubled = 1
                    say("redundancy/" name, "bad", how[name] == "out" ? 30 : 1, teller_of(name), cluster_lost(name),
                        how[name] == "gone" ? "see whether the machine is on and has a network; if it is lost: docs/operations.md#a-machine-is-lost" : \
                        "see what \"npx " library " status\" says of it")
                }
            }
            for (name in machine) {
                if (machine[name] == "gone") troubled = 1
                say("machine/" name, machine[name] == "gone" ? "bad" : "well", 1, own,
                    machine[name] != "gone" ? "the machine " name " answers again" : \
                    "the machine " name " of the balancer in front does not answer; " host " is left alone with the virtual address",
                    "see whether the machine is on and has a network")
            }
            for (name in part) {
                trouble = name in stopped ? "does not run: " stopped[name] : name in mute ? "does not answer" : \
                    wanted[name] + 0 > workers[name] + 0 ? "has " (workers[name] + 0) " of " wanted[name] " workers that answer" : ""
                say("part/" name, judged(trouble != ""), 5, own, "the " kind[name] " " name " on " host " " (trouble == "" ? "works again" : trouble),
                    "see what it says: npx " library " logs " name)
            }
            for (name in result) {
                bad = result[name] != "success"
                say("backup/" name, ended[name] ~ /^(inactive|failed)$/ ? judged(bad) : "unknown", 0, own,
                    bad ? "the last backup of " name " on " host " has failed" : "a backup of " name " on " host " was made again",
                    "see why, and make one: npx " library " logs " name)
            }
            for (place in end_of) {
                bad = end_of[place] !~ /^[0-9]+$/ || end_of[place] < now + 14 * 86400
                days = int((end_of[place] - now) / 86400)
                say("certificate/" place, judged(bad), 0, own, "the certificate " place " of " owner[place] " on " host " " \
                    (!bad ? "is good again" : end_of[place] !~ /^[0-9]+$/ ? "cannot be read" : end_of[place] < now ? "has ended" : "ends in " days " days"),
                    "get another one, give it to the program, and deploy")
            }
            for (mount in size) {
                bad = free[mount] < (size[mount] / 20 < 1048576 ? size[mount] / 20 : 1048576)
                say("disk/" mount, judged(bad), 1, own, mount " on " host (bad ? " has " int(free[mount] / 1024) " of " int(size[mount] / 1024) " MiB left" : \
                    " has room again"), "see what fills it: sudo du -xhd 2 --threshold=100M " mount)
            }
            for (address in holding)
                if (has_settled && !(address in known))
                    say("address/" address, "bad", 1, troubled || deploying || moved_by_deploy ? "-" : own, "the virtual address " address " has moved to " host,
                        "see why the other host has given it up: \"npx " library " status\", and the log of its balancer")
        }
    ' "$work/ours" "$work/clusters" "$work/machines" "$work/facts"
}

# own_teller: by what this host is known among those that tell.
own_teller() {
    if [ -n "$(param cluster)" ]; then param cluster; else printf '*'; fi
}

# merge_events NOW LAST: of events that were known, a line "KEY<tab>SINCE<tab>LOOKS<tab>ENDS<tab>TOLD<tab>WHEN<tab>TELLER" each in "events", and what
# was judged, those that are known now, and in "due" what is to be told: a line "begins|lasts|over|once<tab>KEY<tab>SINCE<tab>WHAT<tab>TO DO". Who
# has told of something goes on with it while its cluster answers; what others tell counts as told. What nobody here saw begin, since this
# host was off, has to last anew; what has ended meanwhile others have told, where there are any. What is over has to be seen twice.
merge_events() {
    : >"$work/due"
    touch "$state/events"
    awk -F '\t' -v OFS='\t' -v now="$1" -v last="$2" -v due="$work/due" -v own="$(own_teller)" \
        -v pause="$(param repeat_seconds)" -v repetitions="$(param repetitions)" '
        function teller() { return by[key] != "" && index($7 " ", " " by[key] " ") ? by[key] : $4 }
        function tell(event) { if (teller() == own) print event, key, since[key], $5, (event == "over" ? "nothing" : $6) >due }
        function keep() { print key, since[key], looks[key], ends[key], told[key], when[key], by[key] }
        function others_tell(   names, count, one) {
            count = split($7, names, " ")
            for (one = 1; one <= count; one++) if (names[one] != own && key != "redundancy/" names[one]) return 1
            return 0
        }
        BEGIN { was_off = now - last > 150 }
        FILENAME ~ /\/events$/ {
            if (was_off && !$5) next
            since[$1] = $2; looks[$1] = $3; ends[$1] = was_off ? 0 : $4; told[$1] = $5; when[$1] = $6; by[$1] = $7
            next
        }
        { key = $1 }
        $2 == "unknown" { if (key in since) keep(); next }
        $2 == "well" {
            if (!(key in since) || !told[key] || was_off && key ~ /^redundancy/ && others_tell()) next
            if (++ends[key] < 2) keep(); else tell("over")
            next
        }
        {
            if (!(key in since)) { since[key] = now; looks[key] = told[key] = when[key] = 0 }
            looks[key]++
            ends[key] = 0
            if (!told[key] && looks[key] > $3) {
                if (key ~ /^address/) { tell("once"); next }
                tell("begins")
                told[key] = 1
                when[key] = now
                by[key] = $4
            } else if (told[key] && told[key] <= repetitions && now - when[key] >= pause) {
                tell("lasts")
                told[key]++
                when[key] = now
            }
            keep()
        }
    ' "$state/events" "$work/judged" >"$work/events"
}

# settled_addresses: the virtual addresses that this host holds, but for those of which it has yet to be seen whether they stay.
settled_addresses() {
    awk -F '\t' '
        FILENAME ~ /\/events$/ { pending[$1]; next }
        FILENAME ~ /\/ours$/ { split($0, is, " "); ours[is[2]]; next }
        ($1 in ours) && $2 == "address" && split($3, word, " ") && word[2] == "held" && !("address/" word[1] in pending) { print word[1] }
    ' "$work/events" "$work/ours" "$work/facts"
}
