import { isV4 } from "../validation";

/** What a keepalived of a pair is rendered from. */
export interface KeepalivedConfig {
  /** The name of the VRRP instance. */
  readonly name: string;
  readonly virtualAddress: string;
  readonly virtualRouterId: number;
  /** The higher one takes the address when both start at the same time. */
  readonly priority: number;
  readonly ownAddress: string;
  readonly peerAddresses: readonly string[];
  /** The interface, or empty when the host finds it by its own address. */
  readonly networkInterface: string;
  /** The administration socket of the HAProxy that must answer. */
  readonly socket: string;
}

/** What the host replaces by the name of the interface that holds its address. */
export const INTERFACE_PLACEHOLDER = "INTERFACE-OF-THIS-HOST";

/**
 * Renders the configuration: VRRP version 3, whose advertisements come five times a second, to the peers by unicast,
 * since networks often drop multicast. Nobody takes the address from a host that holds it and works.
 */
export function renderKeepalivedConfig(config: KeepalivedConfig): string {
  const prefix = isV4(config.virtualAddress) ? 32 : 128;
  return `# Managed by cdktf-zato. Changes made here are lost.
global_defs {
    router_id ${config.name}
    vrrp_version 3
    vrrp_garp_master_refresh 10
    script_user root
    enable_script_security
}

vrrp_script haproxy {
    script "/bin/sh -c 'echo show info | /usr/bin/socat -t 1 - UNIX-CONNECT:${config.socket}'"
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
    virtual_ipaddress {
        ${config.virtualAddress}/${prefix}
    }
    track_script {
        haproxy
    }
}
`;
}

/** A host that is alone has nobody to tell; keepalived refuses unicast without peers. */
function unicast({ ownAddress, peerAddresses }: KeepalivedConfig): string {
  if (peerAddresses.length === 0) {
    return "";
  }
  return `    unicast_src_ip ${ownAddress}
    unicast_peer {
${peerAddresses.map((address) => `        ${address}`).join("\n")}
    }
`;
}
