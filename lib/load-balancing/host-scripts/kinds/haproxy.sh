# The HAProxy in front of the clusters, on this host, with or without a virtual address. It is brought here twice: early, without
# waiting for the clusters, and when they are as declared.
# shellcheck shell=bash

# may_come_early: where nothing runs that could be cut off from its clusters, or they are reached as before.
may_come_early() {
    ! systemctl is-active --quiet "$(param unit)" ||
        [ "$(ways_to_members)" = "$([ ! -f "$state/manifest" ] || (enter_component "$state" && ways_to_members))" ]
}

ways_to_members() {
    param members
    param server_name
    if [ -f "$(file members_ca)" ]; then cat "$(file members_ca)"; fi
}

converge() {
    local unit folder certificates=()
    unit=$(param unit) folder=$(param folder)
    tell_of_another_owner "the load balancer $name" "$state/owner"
    need_haproxy
    need_packages curl
    install -d -m 0700 "$folder"
    install_certificate certificate 0600 root
    if [ -f "$(file members_ca)" ]; then install_members_ca "$(param members_ca)"; fi
    install_haproxy_config "$(file config)" "$folder/haproxy.cfg" 0600 root
    install_unit "$unit"
    use_haproxy_config "$unit" "$folder/haproxy.cfg" "${certificates[@]}"
    wait_until 30 "HAProxy" haproxy_admin "$(param socket)" 'show info' ||
        fail "HAProxy does not run; see 'sudo journalctl -u $unit'"
    # Clusters get requests, but for those that are declared drained.
    haproxy_undo "$(param socket)" "$(param back_end)"
    # Early there may be none yet, or none any more.
    [ -n "${EARLY:-}" ] || wait_until 60 "a cluster that answers" cluster_is_up ||
        fail "no cluster of the pool is healthy; see 'show stat' on $(param socket)"
    if [ -f "$(file keepalived)" ]; then virtual_address; else remove_virtual_address; fi
    note_owner "$state/owner"
}

# install_members_ca TARGET: by which clusters are known. One that knows none of them is never put to use.
install_members_ca() {
    local member expected=()
    [ -z "$(param server_name)" ] || expected=(-servername "$(param server_name)" -verify_hostname "$(param server_name)")
    need_packages openssl
    if [ -n "${EARLY:-}" ] && [ ! -e "$1" ]; then
        install_file "$(file members_ca)" "$1" 0600 root
        certificates+=("$1")
        return
    fi
    while read -r member; do
        if timeout 5 openssl s_client -connect "$member" -CAfile "$(file members_ca)" -no-CApath -no-CAstore \
            -verify_return_error "${expected[@]}" </dev/null; then
            install_file "$(file members_ca)" "$1" 0600 root
            certificates+=("$1")
            return
        fi
    done < <(param members; echo)
    fail "no cluster shows a certificate of the given 'ca'$(param server_name | sed "s/.*/ for the name &/"); nothing was changed"
}

# The other host takes the virtual address meanwhile, so that no client is refused.
before_restart() {
    systemctl stop "$(param vrrp_unit)" 2>/dev/null || true
}

cluster_is_up() {
    haproxy_admin "$(param socket)" 'show stat' | grep "^$(param back_end),BACKEND,.*,UP," >/dev/null
}

virtual_address() {
    local unit folder
    unit=$(param vrrp_unit) folder=$(param folder)
    need_packages_stopped keepalived.service keepalived
    install_file "$(file check)" "$folder/check-haproxy" 0700 root
    sed "s/INTERFACE-OF-THIS-HOST/$(own_interface)/" "$(file keepalived)" >"$work/keepalived.conf"
    param peers >"$work/peers"
    param own_address >"$work/own"
    if [ -n "${EARLY:-}" ] && [ -f "$folder/keepalived.conf" ]; then meet_halfway "$folder/keepalived.conf"; fi
    guard_vrrp "$folder/vrrp.nft" "$(guard_table)" "$(param virtual_router_id)" "$work/peers" "$work/own" \
        "$(sed -n 's/^ *interface //p' "$work/keepalived.conf")"
    keepalived --config-test --use-file "$work/keepalived.conf" ||
        fail "keepalived does not accept the configuration; see the log"
    install_file "$work/keepalived.conf" "$folder/keepalived.conf" 0600 root
    install_unit "$unit" vrrp_unit
    # A reload keeps the address; a restart gives it up.
    if ! in_use "$unit" vrrp_started "/etc/systemd/system/$unit"; then
        systemctl restart "$unit"
    elif ! in_use "$unit" vrrp "$folder/keepalived.conf"; then
        systemctl reload "$unit"
    fi
    note_use vrrp_started "/etc/systemd/system/$unit"
    note_use vrrp "$folder/keepalived.conf"
    # A try that began before the address was there goes on asking the network for it.
    wait_until 30 "the virtual address to answer" entry_answers ||
        fail "$(param entry_url) does not answer; see 'sudo journalctl -u $unit' on both hosts"
}

# meet_halfway FILE: of a pair with another address each would drop what the other says until both are told, and both would hold the virtual
# address. So early each hears the other by both addresses, and only the last one, when all hear it, speaks by its own new one.
meet_halfway() {
    local former
    sed -n 's/^ *\([0-9A-Fa-f.:]*\) min_ttl 255$/\1/p' "$1" | { grep -vxF -f "$work/peers" || true; } >"$work/former-peers"
    while read -r former; do
        sed -i "s/^    unicast_peer {$/&\n        $former min_ttl 255/" "$work/keepalived.conf"
    done <"$work/former-peers"
    { echo; cat "$work/former-peers"; } >>"$work/peers"
    former=$(sed -n 's/^ *unicast_src_ip //p' "$1")
    printf '\n%s\n' "$former" >>"$work/own"
    [ "$(param others_told)" = true ] || [ -z "$former" ] ||
        sed -i "s/^\( *unicast_src_ip \).*/\1$former/" "$work/keepalived.conf"
}

# instead_of_early: where HAProxy has to wait, VRRP must not.
instead_of_early() {
    if [ -f "$(file keepalived)" ] && [ -f "$(param folder)/keepalived.conf" ]; then EARLY=yes virtual_address; fi
}

# entry_answers: with 200, or early with whatever HAProxy says while it has no cluster.
entry_answers() {
    answers_by_address "$(param entry_url)" --connect-timeout 0.3 ${EARLY:+--no-fail}
}

# The interface that holds the host's own address.
own_interface() {
    local interface
    interface=$(ip -o address show to "$(param own_address)" | awk '{ print $2; exit }')
    [ -n "$interface" ] || fail "no network interface has the address $(param own_address); name the interface"
    printf '%s' "$interface"
}

# Loaded whenever keepalived starts.
guard_table() {
    printf 'inet %s' "$(param vrrp_unit | sed 's/\.service$//')"
}

remove_virtual_address() {
    remove_unit "$(param vrrp_unit)"
    remove_guard "$(guard_table)"
}

drift() {
    local unit vrrp_unit folder
    unit=$(param unit) vrrp_unit=$(param vrrp_unit) folder=$(param folder)
    check_use "$unit" started "/etc/systemd/system/$unit"
    check_use "$unit" loaded "$folder/haproxy.cfg"
    check_in_rotation "$(param socket)" "$(param back_end)"
    [ -f "$(file keepalived)" ] || return 0
    check_use "$vrrp_unit" vrrp_started "/etc/systemd/system/$vrrp_unit"
    check_use "$vrrp_unit" vrrp "$folder/keepalived.conf"
}

remove() {
    remove_virtual_address
    remove_unit "$(param unit)"
    rm -rf -- "$(param folder)"
}
