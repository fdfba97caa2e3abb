# Tables of our own in nftables.
# shellcheck shell=bash

# The IP protocol of VRRP.
readonly VRRP=112

# family ADDRESS: as rules have it.
family() {
    case $1 in
        *:*) echo ip6 ;;
        *) echo ip ;;
    esac
}

# from_the_same_network ADDRESS: a packet that no router has passed on (RFC 5798, 5.1.1.3).
from_the_same_network() {
    case $(family "$1") in
        ip) echo 'ip ttl 255' ;;
        ip6) echo 'ip6 hoplimit 255' ;;
    esac
}

# nft_listing TABLE: its rules, as the kernel has them; in numbers, since the host may learn names of them later.
nft_listing() {
    # shellcheck disable=SC2086 # family and name
    nft --numeric --stateless list table $1
}

# to_addresses FILE: packets that are sent to one of its addresses.
to_addresses() {
    local address
    while read -r address; do printf '%s daddr %s\n' "$(family "$address")" "$address"; done < <(grep . "$1" | sort -u)
}

# guard_vrrp FILE TABLE ROUTER_ID PEERS OWN INTERFACE: makes the rules in FILE, by which nobody but PEERS, a file with an address a line,
# says anything to the virtual router at our own addresses, those in the file OWN, and puts them in force. Whoever else uses VRRP on this
# host, by other addresses or by multicast, is left alone. Only where there are no peers, keepalived listens to all that comes to INTERFACE.
guard_vrrp() {
    local address here
    need_packages_stopped nftables.service nftables
    {
        printf '%s\n' "table $2" "delete table $2" "table $2 {" "    chain input {" \
            "        type filter hook input priority -1; policy accept;"
        while read -r address; do
            printf '        %s saddr %s %s meta l4proto %s @th,8,8 %s accept\n' \
                "$(family "$address")" "$address" "$(from_the_same_network "$address")" "$VRRP" "$3"
        done < <(grep . "$4")
        while read -r here; do
            printf '        %s meta l4proto %s @th,8,8 %s drop\n' "$here" "$VRRP" "$3"
        done < <(if grep -q . "$4"; then to_addresses "$5"; else printf 'iifname "%s"\n' "$6"; fi)
        printf '    }\n}\n'
    } >"$work/vrrp.nft"
    install_file "$work/vrrp.nft" "$1" 0600 root
    nft -f "$1" || progress "this host's kernel has no nftables: that others do not take the virtual address is left to keepalived"
    record table "$2"
}

# remove_guard TABLE
remove_guard() {
    # shellcheck disable=SC2086 # family and name
    nft delete table $1 2>/dev/null || true
}

# table: its rules in nftables.
now_table() {
    nft_listing "$1" 2>/dev/null | sha256sum | cut -d ' ' -f 1
}

differs_table() {
    found "the rules of $1 in the kernel were changed"
}
