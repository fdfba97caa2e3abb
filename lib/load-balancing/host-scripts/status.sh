#!/usr/bin/env bash
# status.sh: prints facts of this host and of the components on it, a line "SUBJECT<tab>FACT<tab>VALUE" each, where SUBJECT is "host" or the
# name of a component (lib/cli/status-facts.ts says which facts there are). Changes nothing.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/question-run.sh
. "$scripts/lib/question-run.sh"

fact() {
    printf '%s\t%s\t%s\n' "$@"
}

# read_components: notes the kind of each component, and of its parameters the first line, all in one go: this is asked again and again.
read_components() {
    local manifest name parameter value
    for manifest in "$STATE"/components/*/manifest; do
        name=${manifest%/manifest} name=${name##*/}
        if [ ! -f "$manifest" ] || [ ! -f "${manifest%/manifest}/kind" ]; then continue; fi
        read -r value <"${manifest%/manifest}/kind"
        names+=("$name")
        known[$name/kind]=$value
    done
    [ "${#names[@]}" -gt 0 ] || return 0
    while IFS=$'\t' read -r name parameter value; do
        known[$name/$parameter]=$value
    done < <(cd "$STATE/components" && awk '
        /^@/ { parameter = $1 == "@param" ? $2 : ""; next }
        parameter != "" { split(FILENAME, path, "/"); print path[1] "\t" parameter "\t" substr($0, 2); parameter = "" }
    ' "${names[@]/%//manifest}")
}

# declared_facts: of each component its kind, its cluster, its workers, and whether it is to run; "-" where that means nothing to it.
declared_facts() {
    for name in "${names[@]}"; do
        fact "$name" declared "${known[$name/kind]} ${known[$name/cluster]:--} ${known[$name/workers]:--} ${known[$name/active]:--}"
    done
}

host_facts() {
    fact host time "$EPOCHREALTIME"
    ! is_run_at_work || fact host deploy running
    df -P -k / /opt /var /var/lib /var/log /var/backups 2>/dev/null |
        awk 'NR > 1 && !seen[$6]++ { printf "host\tdisk\t%s %s %s\n", $6, $2, $4 }' || true
}

# unit_facts: of all units at once: name, state, since when, how often systemd has started it again, how it ended last.
unit_facts() {
    local unit parameter up
    local -A owners=()
    for name in "${names[@]}"; do
        for parameter in unit vrrp_unit timer; do
            unit=${known[$name/$parameter]:-}
            [ -z "$unit" ] || owners[$unit]=$name
        done
    done
    [ "${#owners[@]}" -gt 0 ] || return 0
    read -r up _ </proc/uptime
    systemctl show --property Id,ActiveState,StateChangeTimestampMonotonic,NRestarts,Result "${!owners[@]}" |
        awk -F = -v booted="$(awk -v now="$EPOCHREALTIME" -v up="$up" 'BEGIN { printf "%.3f", now - up }')" '
            function end() {
                if (is["Id"] != "")
                    printf "%s\t%s %.0f %s %s\n", is["Id"], is["ActiveState"],
                        is["StateChangeTimestampMonotonic"] ? booted + is["StateChangeTimestampMonotonic"] / 1000000 : 0,
                        is["NRestarts"] == "" ? 0 : is["NRestarts"], is["Result"]
                split("", is)
            }
            /^$/ { end(); next }
            { is[$1] = $2 }
            END { end() }' |
        while IFS=$'\t' read -r unit parameter; do
            # Template units and the like have other names than they were asked by.
            [ -z "${owners[$unit]:-}" ] || fact "${owners[$unit]}" unit "$unit $parameter"
        done
}

# deployed_facts: when the last deploy that touched a component has ended, or that it has not.
deployed_facts() {
    local stamp stamps=()
    for name in "${names[@]}"; do
        stamp=$STATE/components/$name/converged
        if [ -f "$stamp" ]; then stamps+=("$stamp"); else fact "$name" deployed failed; fi
    done
    [ "${#stamps[@]}" -eq 0 ] || stat -c '%n/%Y' "${stamps[@]}" | awk -F / '{ print $(NF - 2) "\tdeployed\t" $NF }'
}

# certificate_facts: where each is, and when it ends; the file's first one is that of the server itself.
certificate_facts() {
    local parameter place
    for parameter in certificate web_admin_certificate members_ca; do
        place=${known[$name/$parameter]:-}
        [ -z "$place" ] || fact "$name" certificate "$place $(end_of "$place")"
    done
}

# end_of FILE: when its first certificate ends, in seconds since 1970; "unknown" where it says none. Not all "date" read what openssl writes.
end_of() {
    openssl x509 -in "$1" -noout -enddate 2>/dev/null | awk '
        { month = (index("JanFebMarAprMayJunJulAugSepOctNovDec", substr($1, 10)) + 2) / 3; printf "%s-%02d-%02dT%sZ\n", $4, month, $2, $3 }' |
        { read -r when && date -u -d "$when" +%s; } || printf 'unknown'
}

# A build is known by the hash of its archive, or by what its unit says.
server_facts() {
    local unit build
    unit=/etc/systemd/system/${known[$name/unit]:-}
    build=$(sed -n 's/^X-Zato-Build=//p; s|^BindReadOnlyPaths=.*/builds/\([0-9a-f]*\):.*|\1|p' "$unit" 2>/dev/null || true)
    build=${build%%$'\n'*}
    [ -z "$build" ] || fact "$name" build "${build:0:80}"
    [ ! -e "$(held_mark "$name")" ] || fact "$name" held yes
}

# haproxy_facts: to which clusters the balancer in front sends requests, and how many it works on.
haproxy_facts() {
    local config=${known[$name/folder]:-}/keepalived.conf
    if haproxy_admin "${known[$name/socket]:-}" 'show stat' >"$work/$name.stat" 2>/dev/null && [ -s "$work/$name.stat" ]; then
        fact "$name" answers yes
        # Numbers are in it where it has any.
        awk -F, -v name="$name" -v pool="${known[$name/back_end]:-}" -v answering="${known[$name/answering_back_end]:-}" \
            -v last="${known[$name/last_back_end]:-}" '
            $2 == "BACKEND" || $2 == "FRONTEND" || index($1, pool) != 1 { next }
            { member = $2; sub(/\.unfit$/, "", member); requests[member] += $5; split($18, status, " ") }
            status[1] == "UP" && $19 == "0" { status[1] = "DRAIN" }
            status[1] == "DRAIN" || status[1] == "MAINT" { out[member] = status[1] }
            $1 == pool && member == $2 { state[$2] = status[1]; seconds[$2] = $24; fit += status[1] == "UP" }
            answering != "" && $1 == answering { answers[$2] = status[1] == "UP"; some += answers[$2] }
            $1 == last { connects[$2] = status[1] == "UP" }
            END {
                for (one in state) {
                    if (state[one] == "UP" && one in out) state[one] = out[one]
                    if (state[one] == "DOWN" && answers[one]) state[one] = fit ? "UNFIT" : "UNFIT_ALL"
                    else if (state[one] == "DOWN" && !fit && !some && connects[one]) state[one] = "LAST_RESORT"
                    printf "%s\tmember\t%s %s %d %d\n", name, one, state[one], requests[one], seconds[one]
                }
            }
        ' "$work/$name.stat"
    else
        fact "$name" answers no
    fi
    [ -z "${known[$name/vrrp_unit]:-}" ] || [ ! -f "$config" ] || address_facts "$config"
}

# address_facts CONFIG: the virtual addresses that this host may hold, whether it does, and since when.
address_facts() {
    local address since
    awk '/virtual_ipaddress/ { getline; sub("/.*", "", $1); print $1 }' "$1" | while read -r address; do
        if [ -z "$(ip -o address show to "$address")" ]; then
            fact "$name" address "$address free"
            continue
        fi
        since=$(journalctl --quiet --no-pager --output short-unix --lines 500 --unit "${known[$name/vrrp_unit]:-}" |
            awk '/Entering MASTER STATE/ { since = $1 } END { print since }' || true)
        fact "$name" address "$address held ${since:-unknown}"
    done
}

# backup_facts: when the newest one of these data was made, and its size.
backup_facts() (
    enter_component "$STATE/components/$name"
    newest=$(backups_of "$(param directory)" "$(data_identity)" 2>/dev/null | tail -n 1)
    [ -z "$newest" ] || fact "$name" backup "$(stat -c '%Y %s' "$(param directory)/$newest")"
)

# odb_facts: one ODB after the other, each asked as the cluster's own user, whose login takes the same place.
odb_facts() {
    for name in "${names[@]}"; do
        if [ "${known[$name/kind]:-}" != odb ]; then
            continue
        elif (enter_component "$STATE/components/$name" && sql 'select 1') >/dev/null 2>&1; then
            fact "$name" answers yes
        else
            fact "$name" answers no
        fi
    done
}

# noted_facts: what units of ours have noted beside the manifest, a line "FACT<tab>VALUE" each.
noted_facts() {
    [ ! -f "$STATE/components/$name/facts" ] || sed "s/^/$name\t/" "$STATE/components/$name/facts"
}

# questions: what the user zato is to ask, a line for each component (cluster_status.py), and copies of what it needs for that.
questions() {
    local cluster
    local -A passwords=() services=()
    for name in "${names[@]}"; do
        cluster=${known[$name/cluster]:-}
        case ${known[$name/kind]} in
            server)
                [ -n "${passwords[$cluster]:-}" ] || passwords[$cluster]=$(password_of_cluster "$cluster")
                [ -n "${services[$cluster]+asked}" ] || services[$cluster]=$(services_of_cluster "$cluster")
                printf 'server\t%s\t%s\t%s\t%s\t%s\n' "$name" "${known[$name/address]:-}" "${passwords[$cluster]}" "${services[$cluster]}" \
                    "$(for_zato "$STATE/baseline-$cluster.json")"
                printf 'rotation\t%s\t%s\t%s\t%s\n' "$name" "${known[$name/load_balancer_socket]:-}" "${known[$name/back_end]:-}" \
                    "${known[$name/back_end_once]:-}"
                ;;
            load-balancer) printf 'url\t%s\t%s\n' "$name" "${known[$name/health_url]:-}" ;;
            web-admin) printf 'url\t%s\thttp://%s%s\n' "$name" "${known[$name/address]:-}" "${known[$name/log_in_path]:-}" ;;
        esac
    done
}

# password_of_cluster CLUSTER: a copy of the one that Zato takes now.
password_of_cluster() {
    local file=$CONFIG/secrets/$1/admin_invoke_password
    [ ! -f "$file.former" ] || file=$file.former
    for_zato "$file"
}

# services_of_cluster CLUSTER: a copy of the list of what its servers are to have loaded; empty where nothing is declared.
services_of_cluster() {
    [ "${known[$1-content/kind]:-}" = content ] || return 0
    unpack_manifest "$STATE/components/$1-content/manifest" "$work/$1-content"
    for_zato "$work/$1-content/param/services"
}

# zato_facts: what it says counts for whom it was asked about, and is no other fact than these. All clusters of a host are asked the
# way of the first server's release.
zato_facts() {
    local asked server
    asked=$(questions)
    server=$(awk -F '\t' '$1 == "server" { print $2; exit }' <<<"$asked")
    [ -n "$server" ] || return 0
    enter_component "$STATE/components/$server"
    as_zato_with_input /usr/bin/python3 -I -B "$(script_for_zato cluster_status.py)" <<<"$asked" 2>/dev/null | head -c 1000000 |
        awk -F '\t' -v asked="$(cut -f 2 <<<"$asked" | paste -sd ' ')" '
            BEGIN { split(asked, names, " "); for (one in names) known[names[one]] }
            NF == 3 && ($1 in known) && $2 ~ /^(answers|workers|services|missing|code|rotation)$/ { print substr($0, 1, 1000) }' |
        head -n 1000 || true
}

declare -A known=()
names=() at_most=60
read_components
for name in "${names[@]}"; do
    case ${known[$name/kind]:-} in
        haproxy) haproxy_facts >"$work/said.$name" & ;;
        backup) backup_facts >"$work/said.$name" & ;;
    esac
done
odb_facts >"$work/said.odb" &
zato_facts >"$work/said.zato" &
declared_facts
host_facts
unit_facts
deployed_facts
for name in "${names[@]}"; do
    certificate_facts
    noted_facts
    if [ "${known[$name/kind]:-}" = server ]; then server_facts; fi
done
wait
cat "$work"/said.*
