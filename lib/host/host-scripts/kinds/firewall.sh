# The firewall of the host: a table of our own in nftables. New rules are on trial until Terraform has logged in again
# under them; if it does not, the host goes back to those before.
# shellcheck shell=bash

readonly TABLE='inet cdktf_zato'
readonly RULES=$CONFIG/firewall.nft

# Protocols by number: their names are in a file of the package netbase, which a minimal host has not got.
readonly ICMP=1 ICMPV6=58

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
        "        meta l4proto { $ICMP, $ICMPV6 } accept" \
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
    local service="$1 dport $2" address
    if [ "$1" = vrrp ]; then
        # Over no router. Which addresses may speak, the table of the virtual address says, which follows its peers (guard_vrrp).
        for service in 'ip ttl 255' 'ip6 hoplimit 255'; do
            printf '        %s meta l4proto %s accept comment "%s"\n' "$service" "$VRRP" "$4"
        done
        return
    fi
    if [ "$3" = any ]; then
        printf '        %s accept comment "%s"\n' "$service" "$4"
        return
    fi
    for address in $(addresses_of "$3"); do
        printf '        %s saddr %s %s accept comment "%s"\n' "$(family "$address")" "$address" "$service" "$4"
    done
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
    # Of an address that counts on one link alone, nftables knows no interface.
    client=${client%%%*}
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
    cancel_revert
    # Rules of before that the kernel takes no more must not lock anybody out for good.
    systemd-run --quiet --collect --unit "$(param revert)" --on-active "$(param rollback_seconds)" --timer-property AccuracySec=1s \
        /bin/sh -c "rm -f '$state/trial.nft' '$state/converged'; nft -f '$state/previous.nft' || nft delete table $TABLE"
    # Connections are only known as such once the kernel follows them; a moment later it knows those that are in use.
    if ! nft list table inet cdktf_zato >/dev/null 2>&1; then
        sed 's/policy drop/policy accept/' "$state/trial.nft" | nft -f -
        sleep 3
    fi
    nft -f "$state/trial.nft"
}

# What one of before has left, a failed one too, would keep systemd from taking another one of the name.
cancel_revert() {
    systemctl stop "$(param revert).timer" "$(param revert).service" 2>/dev/null || true
    systemctl reset-failed "$(param revert).timer" "$(param revert).service" 2>/dev/null || true
}

confirm() {
    cancel_revert
    [ -f "$state/trial.nft" ] || fail "the new rules were taken back already; run the deploy again"
    install_file "$state/trial.nft" "$RULES" 0600 root
    install_file "$scripts/files/firewall.service" "/etc/systemd/system/$(param unit)" 0644 root
    systemctl daemon-reload
    systemctl enable --quiet "$(param unit)"
    remove_overrides "$(param unit)"
    systemctl reload-or-restart "$(param unit)"
    record enabled "$(param unit)" enabled
    record running "$(param unit)" active
    record table "$TABLE"
    rm -f "$state/trial.nft"
}

remove() {
    cancel_revert
    remove_unit "$(param unit)"
    nft delete table inet cdktf_zato 2>/dev/null || true
    rm -f "$RULES"
}
