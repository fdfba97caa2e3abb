import { isV4 } from "../validation";

/** What a keepalived of a pair is rendered from. */
export interface KeepalivedConfig {
  /** The name of the VRRP instance. */
  readonly name: string;
  readonly virtualAddress: string;
  /** The virtual address of before, which is served as well. */
  readonly formerVirtualAddress?: string;
  readonly virtualRouterId: number;
  /** The higher one takes the address when both start at the same time. */
  readonly priority: number;
  readonly ownAddress: string;
  readonly peerAddresses: readonly string[];
  /** The interface, or empty when the host finds it by its own address. */
  readonly networkInterface: string;
  /** The script that ends with 0 while HAProxy works. */
  readonly check: string;
}

/** What the host replaces by the name of the interface that holds its address. */
export const INTERFACE_PLACEHOLDER = "INTERFACE-OF-THIS-HOST";

/**
 * Renders the configuration: VRRP version 3, whose advertisements come five times a second, to the peers by unicast,
 * since networks often drop multicast, and from them alone: what comes from others, or over a router, counts for nothing. Nobody
 * takes the addresses from a host that holds them and works.
 */
export function renderKeepalivedConfig(config: KeepalivedConfig): string {
  return `# Managed by cdktf-zato. Changes made here are lost.
global_defs {
    router_id ${config.name}
    vrrp_version 3
    vrrp_garp_master_refresh 10
    script_user root
    enable_script_security
}

vrrp_script haproxy {
    script "${config.check}"
    interval 1
    timeout 2
    rise 1
    fall 2
}

vrrp_instance ${config.name} {
    state BACKUP
    nopreempt
    interface ${config.networkInterface || INTERFACE_PLACEHOLDER}
    virtual_router_id ${config.virtualRouterId}
    priority ${config.priority}
    advert_int 0.2
${unicast(config)}\
${addresses(config)}\
    track_script {
        haproxy
    }
}
`;
}

/**
 * The former address stays the one that is advertised: up to 2.3 keepalived drops advertisements of other addresses than its own, so
 * that, until the second of a pair is told of a further one, both would hold all of them.
 */
function addresses({ virtualAddress, formerVirtualAddress }: KeepalivedConfig): string {
  const block = (name: string, address: string): string =>
    `    ${name} {\n        ${address}/${isV4(address) ? 32 : 128}\n    }\n`;
  return formerVirtualAddress === undefined
    ? block("virtual_ipaddress", virtualAddress)
    : block("virtual_ipaddress", formerVirtualAddress) + block("virtual_ipaddress_excluded", virtualAddress);
}

/** A host that is alone has nobody to tell; keepalived refuses unicast without peers. */
function unicast({ ownAddress, peerAddresses }: KeepalivedConfig): string {
  if (peerAddresses.length === 0) {
    return "";
  }
  return `    unicast_src_ip ${ownAddress}
    unicast_ttl 255
    check_unicast_src
    unicast_peer {
${peerAddresses.map((address) => `        ${address} min_ttl 255`).join("\n")}
    }
`;
}

/**
 * Renders the script by which keepalived finds out whether HAProxy works. A file of its own: from 2.3.0 on keepalived takes
 * none that it reaches by a link, which `/bin/sh` is reached by where `/bin` is one.
 */
export function renderKeepalivedCheck(socket: string): string {
  return `#!/bin/sh
# Managed by cdktf-zato. Changes made here are lost.
echo show info | socat -t 1 - UNIX-CONNECT:${socket} | grep -q '^Pid: '
`;
}
