#!/usr/bin/env bash
# metrics.sh NAME: writes what only this host knows of a deployment into a text file for node_exporter, as the component NAME is
# declared. Run by its unit.
set -euo pipefail
export LC_ALL=C

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
name=$1
# shellcheck source=lib/question-run.sh
. "$scripts/lib/question-run.sh"

# metric_table: each metric, its type, and what it tells; all begin with cdktf_zato_.
metric_table() {
    cat <<'END'
answers	gauge	Whether a component answers requests.
workers	gauge	Workers of a server that answer.
workers_declared	gauge	Workers that a server is declared to have.
services_loaded	gauge	Services that all workers of a server have loaded as deployed.
services_declared	gauge	Services that a server is declared to have loaded.
server_build_info	gauge	The build of Zato that the unit of a server runs.
scheduler_active	gauge	Whether the scheduler of a cluster runs.
scheduler_declared	gauge	Whether the scheduler of a cluster is declared to run.
unit_active	gauge	Whether a unit that is declared to run does.
unit_restarts_total	counter	How often systemd has started a unit again.
virtual_address_held	gauge	Whether this host holds a virtual address.
backup_timestamp_seconds	gauge	When the newest backup was made.
backup_size_bytes	gauge	The size of the newest backup.
backup_failed	gauge	Whether the last attempt to make a backup has failed.
certificate_expiry_timestamp_seconds	gauge	When a certificate ends.
deploy_timestamp_seconds	gauge	When the last deploy that touched a component has ended.
deploy_failed	gauge	Whether the last deploy of a component has failed.
deploy_running	gauge	Whether a deploy is at work on this host.
drift_findings	gauge	What is not as the last deploy of a component has left it.
drift_check_timestamp_seconds	gauge	When it was last looked for what is not as deployed.
gathering_timestamp_seconds	gauge	When these metrics were gathered.
gathering_cpu_seconds	gauge	The time of a processor that it took to gather these metrics.
END
}

# look_for_drift: once an hour, and after each deploy, since all files are read for it. While a deploy is at work, what was found before counts.
look_for_drift() {
    if grep -q '^host	deploy	' "$work/facts"; then return; fi
    touch "$work/begun"
    # One of the future is by a clock that has been set back.
    if [ -n "$(find "$state/drift" -mmin -60 ! -newer "$work/begun" 2>/dev/null)" ] && [ -z "$(deployed_since "$state/drift")" ]; then return; fi
    our_components | bash "$scripts/drift.sh" >"$work/drift" || return 0
    cp "$work/drift" "$state/drift.new"
    touch -r "$work/begun" "$state/drift.new"
    mv -f "$state/drift.new" "$state/drift"
}

# deployed_since FILE: something that a deploy has written later.
deployed_since() {
    find "$STATE/components" -mindepth 2 -maxdepth 2 -newer "$1" \( -name manifest -o -name converged \) -print -quit
}

# render FILE...: facts, in the format that Prometheus reads. Where one line of it is wrong, node_exporter leaves out all, so what is no
# number, or there already, is left out. A unit that a timer starts rests most of the time, and so does a scheduler in all clusters but one.
render() {
    metric_table >"$work/table"
    our_components >"$work/ours"
    awk -F '\t' -v deployment="$(param deployment)" -v cluster="$(param cluster)" '
        function quoted(text,   out, position, one) {
            for (position = 1; position <= length(text); position++) {
                one = substr(text, position, 1)
                out = out (one == "\\" || one == "\"" ? "\\" : "") one
            }
            return "\"" out "\""
        }
        function add(metric, labels, value) {
            labels = labels (labels == "" ? "" : ",") common
            if (value !~ /^[0-9]+(\.[0-9]+)?$/ || (metric, labels) in known) return
            known[metric, labels] = 1
            samples[metric] = samples[metric] "cdktf_zato_" metric "{" labels "} " value "\n"
        }
        BEGIN { common = "deployment=" quoted(deployment) (cluster == "" ? "" : ",cluster=" quoted(cluster)) }
        FILENAME ~ /\/table$/ { order[++count] = $1; type[$1] = $2; help[$1] = $3; next }
        FILENAME ~ /\/ours$/ { split($0, is, " "); kind[is[2]] = is[1]; labels[is[2]] = "component=" quoted(is[2]); next }
        FILENAME ~ /\/drift$/ { findings[$1]++; next }
        $1 == "host" && $2 == "deploy" { deploying = 1 }
        $1 == "host" && $2 == "time" { add("gathering_timestamp_seconds", "", $3) }
        $1 == "host" && $2 == "cpu" { add("gathering_cpu_seconds", "", $3) }
        $1 == "host" && $2 == "drift" { checked = $3 }
        !($1 in kind) { next }
        { own = labels[$1]; words = split($3, word, " ") }
        $2 == "declared" && kind[$1] == "server" { add("workers_declared", own, word[3]) }
        $2 == "declared" && kind[$1] == "scheduler" { add("scheduler_declared", own, word[4] == "true" ? 1 : 0) }
        $2 == "answers" { add("answers", own ",kind=" quoted(kind[$1]), $3 == "yes" ? 1 : 0) }
        $2 == "workers" { add("workers", own, $3) }
        $2 == "services" { add("services_loaded", own, word[1]); add("services_declared", own, word[2]) }
        $2 == "build" { add("server_build_info", own ",build=" quoted($3), 1) }
        $2 == "address" { add("virtual_address_held", own ",address=" quoted(word[1]), word[2] == "held" ? 1 : 0) }
        $2 == "backup" { add("backup_timestamp_seconds", own, word[1]); add("backup_size_bytes", own, word[2]) }
        $2 == "certificate" { add("certificate_expiry_timestamp_seconds", own ",path=" quoted(word[1]), word[words]) }
        $2 == "deployed" { add("deploy_failed", own, $3 == "failed" ? 1 : 0); add("deploy_timestamp_seconds", own, $3) }
        $2 == "unit" && kind[$1] == "scheduler" { add("scheduler_active", own, word[2] == "active" ? 1 : 0) }
        $2 == "unit" && kind[$1] == "backup" && word[1] ~ /\.service$/ { add("backup_failed", own, word[5] == "success" ? 0 : 1) }
        $2 == "unit" && kind[$1] != "scheduler" && (kind[$1] !~ /^(backup|metrics|alarms)$/ || word[1] ~ /\.timer$/) {
            add("unit_active", own ",unit=" quoted(word[1]), word[2] ~ /^(active|reloading)$/ ? 1 : 0)
            add("unit_restarts_total", own ",unit=" quoted(word[1]), word[4])
        }
        END {
            add("deploy_running", "", deploying ? 1 : 0)
            add("drift_check_timestamp_seconds", "", checked)
            if (checked != "") for (one in kind) add("drift_findings", labels[one], findings[one] + 0)
            for (position = 1; position <= count; position++) {
                metric = order[position]
                if (samples[metric] == "") continue
                printf "# HELP cdktf_zato_%s %s\n# TYPE cdktf_zato_%s %s\n%s", metric, help[metric], metric, type[metric], samples[metric]
            }
        }
    ' "$work/table" "$work/ours" "$@"
}

# own_facts: of this run: what it took of a processor, and when it was last looked for drift.
own_facts() {
    times >"$work/times"
    awk '{ for (field = 1; field <= 2; field++) { split($field, part, /[ms]/); sum += 60 * part[1] + part[2] } }
        END { printf "host\tcpu\t%.2f\n", sum }' "$work/times"
    [ ! -f "$state/drift" ] || printf 'host\tdrift\t%s\n' "$(stat -c %Y "$state/drift")"
}

state=$STATE/components/$name
unpack_manifest "$state/manifest" "$work/entries"
bash "$scripts/status.sh" >"$work/facts"
look_for_drift
own_facts >>"$work/facts"
[ ! -f "$state/drift" ] || cp "$state/drift" "$work/drift"
touch "$work/drift"
render "$work/drift" "$work/facts" >"$work/metrics"
in_textfile_folder put_textfile "$work/metrics" "$(param file)" ||
    fail "nothing could be written to $(param directory): it is full, or no longer a folder that root alone can change"
