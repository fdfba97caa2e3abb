#!/usr/bin/env bash
# export.sh MANIFEST: prints what a cluster runs that somebody else has installed, a line "WORD<tab>WHAT" each. It has come with the
# command 'export', into a folder of root's that goes with it. Changes nothing.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/question-run.sh
. "$scripts/lib/question-run.sh"
# shellcheck source=kinds/content.sh
. "$scripts/kinds/content.sh"
# shellcheck source=places/existing.sh
. "$scripts/places/existing.sh"

# find_release: which of those that are known the code there is; a line "NAME SCRIPTS OWN_HOT_DEPLOY" for each.
find_release() {
    local there name scripts_of_it kept
    there=$(release_there) || true
    while read -r name scripts_of_it kept; do
        if [ -z "$name" ] || [ "$name" != "$there" ]; then continue; fi
        printf '%s' "$scripts_of_it" >"$(param_file release)"
        printf '%s' "$kept" >"$(param_file own_hot_deploy)"
    done < <(param by_release; echo)
}

# find_folders: those of all servers, where nobody has named them: an environment that lies where Zato's own commands are told to make it.
find_folders() {
    local folders environments
    folders=$(param_file server_paths)
    [ ! -s "$folders" ] || return 0
    # shellcheck disable=SC2016 # the owner's shell expands it
    as_zato /bin/sh -c 'for conf in /opt/zato/env/*/*/config/repo/server.conf; do [ ! -f "$conf" ] || printf "%s\n" "${conf%/config/repo/server.conf}"; done' >"$folders"
    environments=$(sed 's/\/[^/]*$//' "$folders" | sort -u)
    [ -n "$environments" ] || fail "there is no server of Zato below /opt/zato/env that $(param owner) may see; name the folders of all servers by '--servers', and who owns them by '--user'"
    [ "$(wc -l <<<"$environments")" = 1 ] || fail "there are servers of several clusters ($(paste -sd ' ' <<<"$environments")); name the folders of those of one by '--servers'"
}

# host_keys: in the order in which Terraform asks for them.
host_keys() {
    local type file
    for type in ecdsa rsa ed25519; do
        while read -r _ file; do
            cut -d ' ' -f 1,2 "$file.pub" 2>/dev/null || true
        done < <({ sshd -T 2>/dev/null || printf 'hostkey /etc/ssh/ssh_host_%s_key\n' ecdsa rsa ed25519; } | grep "^hostkey .*_${type}_key$")
    done
}

# port_that_answers: where the cluster is reached from outside: what a container's engine has published, or its load-balancer's usual one;
# else one of its servers.
port_that_answers() {
    local port
    for port in $(published_port) 11223 $(param servers | sed 's/ .*//; s/.*://'); do
        if curl -gkfsS --max-time 5 "http://$(param address):$port$(param health_path)" 2>/dev/null | head -c 100000 | grep -E 'zato_env|"is_ok"' >/dev/null; then
            printf '%s' "$port"
            return
        fi
    done
}

published_port() {
    [ -z "$(param container)" ] || "$(param engine)" port "$(param container)" 11223/tcp 2>/dev/null | sed -n '1s/.*:\([0-9]*\)$/\1/p' || true
}

# tell WORD COMMAND...
tell() {
    printf '%s\t' "$1"
    "${@:2}" | visible
    printf '\n'
}

unpack_manifest "$1" "$work/entries"
# What a deploy remembers of a cluster: nothing.
state=$work
require_owner
find_release
find_folders
sed -n 1p "$(param_file server_paths)" >"$(param_file server_path)"
find_cluster
require_fit
admin "$(first_server)" export "$(for_zato "$(baseline)")" >"$work/content" 2>"$work/complaint" ||
    fail "the cluster $(param cluster): $(why "its admin API does not tell what it runs")"
python_as_zato existing_objects.py "$(param zato)/bin/zato" "$(param server_path)" >"$work/objects" 2>"$work/complaint" ||
    fail "the cluster $(param cluster): $(why "enmasse has exported nothing")"
tell release release_there
tell cpus nproc
tell keys paste -sd , <(host_keys)
tell port port_that_answers
tell folders paste -sd '\t' "$(param_file server_paths)"
tell scheduler grep -c '^scheduler ' "$work/servers" || true
tell content tail -n 1 "$work/content"
# Whatever Zato's modules print when they are imported comes before.
tail -n 2 "$work/objects" | sed 's/ /\t/' | visible
