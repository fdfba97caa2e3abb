# The firewall of the host: a table of our own in nftables. New rules are on trial until Terraform has logged in again
# under them; if it does not, the host goes back to those before.
# shellcheck shell=bash

readonly TABLE='inet cdktf_zato'
readonly RULES=$CONFIG/firewall.nft
readonly FIREWALL_UNIT=zato-firewall.service
readonly REVERT=zato-firewall-revert

converge() {
    need_packages_stopped nftables.service nftables
    ssh_session=$(ssh_session)
    render_rules >"$work/rules.nft"
    nft --check -f "$work/rules.nft" || fail "nft does not accept the rules; see the log"
    require_own_address
    try_rules
    progress "new rules are on trial: they are taken back in $(param rollback_seconds) s unless one can log in again"
}

# "CLIENT PORT SERVER PORT" of the log-in in which we run, as sshd noted it; sudo hides it from us.
ssh_session() {
    local pid=$$
    while [ "$pid" -gt 1 ]; do
        tr '\0' '\n' <"/proc/$pid/environ" | sed -n 's/^SSH_CONNECTION=//p' | grep . && return
        pid=$(sed -n 's/^PPid:\s*//p' "/proc/$pid/status")
    done
}

render_rules() {
    local protocol port source purpose
    printf '%s\n' "table $TABLE" "delete table $TABLE" "table $TABLE {" "    chain input {" \
        "        type filter hook input priority filter; policy drop;" \
        "        ct state established,related accept" \
        "        iif lo accept" \
        "        meta l4proto { icmp, ipv6-icmp } accept" \
        "        udp sport 67 udp dport 68 accept comment \"DHCP\"" \
        "        ip6 saddr fe80::/10 udp dport 546 accept comment \"DHCPv6\""
    while read -r protocol port source purpose; do
        [ -n "$protocol" ] || continue
        render_rule "$protocol" "$port" "$source" "$purpose"
        # Where something in between translates ports, sshd listens on another one than Terraform calls.
        [ "$purpose" != SSH ] || [ "${ssh_session##* }" = "$port" ] || [ -z "$ssh_session" ] ||
            render_rule tcp "${ssh_session##* }" "$source" SSH
    done < <(cat "$(file ingress)"; echo)
    printf '    }\n}\n'
}

render_rule() {
    local service address
    case $1 in
        vrrp) service='meta l4proto vrrp' ;;
        *) service="$1 dport $2" ;;
    esac
    if [ "$3" = any ]; then
        printf '        %s accept comment "%s"\n' "$service" "$4"
        return
    fi
    for address in $(addresses_of "$3"); do
        printf '        %s saddr %s %s accept comment "%s"\n' "$(family "$address")" "$address" "$service" "$4"
    done
}

family() {
    case $1 in
        *:*) echo ip6 ;;
        *) echo ip ;;
    esac
}

# addresses_of SOURCE: a network or an address is itself; a name is what it means now.
addresses_of() {
    local found
    if [[ $1 =~ ^[0-9a-fA-F.:]*[.:][0-9a-fA-F.:]*(/[0-9]+)?$ ]]; then
        echo "$1"
        return
    fi
    [[ $1 =~ ^[A-Za-z0-9._-]+$ ]] || fail "'$1' is neither a network nor a name that the firewall could let in"
    found=$(getent ahosts "$1" | awk '{ print $1 }' | sort -u) || true
    [ -n "$found" ] || fail "the address of $1, which the firewall is to let in, cannot be found"
    echo "$found"
}

# Nobody locks himself out: the address from which we were called must be among those that may log in.
require_own_address() {
    local client=${ssh_session%% *} purpose source sources=() address
    [ -n "$client" ] || return 0
    while read -r _ _ source purpose; do
        [ "$purpose" = SSH ] || continue
        [ "$source" != any ] || return 0
        for address in $(addresses_of "$source"); do
            [ "$(family "$address")" != "$(family "$client")" ] || sources+=("$address")
        done
    done < <(cat "$(file ingress)"; echo)
    contains "$client" "${sources[@]}" ||
        fail "'sshFrom' does not contain $client, from which Terraform has logged in; nothing was changed"
}

# contains ADDRESS NETWORK...: asks nftables, in a table without any rule.
contains() {
    local address=$1 type=ipv4_addr status=0 elements
    shift
    [ "$#" -gt 0 ] || return 1
    [ "$(family "$address")" = ip ] || type=ipv6_addr
    printf -v elements '%s, ' "$@"
    printf '%s\n' 'table inet cdktf_zato_check' 'delete table inet cdktf_zato_check' 'table inet cdktf_zato_check {' \
        "set sources { type $type; flags interval; auto-merge; elements = { $elements }; }" '}' | nft -f -
    nft get element inet cdktf_zato_check sources "{ $address }" || status=1
    nft delete table inet cdktf_zato_check
    return "$status"
}

try_rules() {
    if [ -f "$RULES" ]; then
        cp "$RULES" "$state/previous.nft"
    else
        printf '%s\n' "table $TABLE" "delete table $TABLE" >"$state/previous.nft"
    fi
    cp "$work/rules.nft" "$state/trial.nft"
    systemctl stop "$REVERT.timer" 2>/dev/null || true
    systemd-run --quiet --unit "$REVERT" --on-active "$(param rollback_seconds)" --timer-property AccuracySec=1s \
        /bin/sh -c "rm -f '$state/trial.nft' '$state/converged'; exec nft -f '$state/previous.nft'"
    # Connections are only known as such once the kernel follows them; a moment later it knows those that are in use.
    if ! nft list table inet cdktf_zato >/dev/null 2>&1; then
        sed 's/policy drop/policy accept/' "$state/trial.nft" | nft -f -
        sleep 3
    fi
    nft -f "$state/trial.nft"
}

confirm() {
    systemctl stop "$REVERT.timer" 2>/dev/null || true
    [ -f "$state/trial.nft" ] || fail "the new rules were taken back already; run the deploy again"
    install_file "$state/trial.nft" "$RULES" 0600 root
    install_file "$scripts/files/zato-firewall.service" "/etc/systemd/system/$FIREWALL_UNIT" 0644 root
    systemctl daemon-reload
    systemctl enable --quiet "$FIREWALL_UNIT"
    systemctl reload-or-restart "$FIREWALL_UNIT"
    nft --stateless list table inet cdktf_zato >"$state/listing"
    rm -f "$state/trial.nft"
}

drift() {
    check_file "$scripts/files/zato-firewall.service" "/etc/systemd/system/$FIREWALL_UNIT" 0644 root
    check_active "$FIREWALL_UNIT"
    nft --stateless list table inet cdktf_zato 2>/dev/null | cmp -s - "$state/listing" ||
        found "the rules of the firewall were changed"
}

remove() {
    systemctl stop "$REVERT.timer" 2>/dev/null || true
    remove_unit "$FIREWALL_UNIT"
    nft delete table inet cdktf_zato 2>/dev/null || true
    rm -f "$RULES"
}
