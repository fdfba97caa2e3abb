import { docker, LABEL } from "./docker";
import { INSTANCE } from "./instance";

const NETWORK = `cdktf-zato-lab${INSTANCE}`;
const PREFIX = `10.${88 + Number(INSTANCE)}.0.`;

const PREFIX_6 = `fd00:${88 + Number(INSTANCE)}::`;

/** The lab's own network. Addresses from .100 to .110, in IPv6 from ::100 to ::110, are kept free, for virtual addresses. */
const SUBNETS = [`${PREFIX}0/24`, `${PREFIX_6}/64`];

const FIXED_ADDRESSES: Readonly<Record<string, number>> = {
  host1: 11,
  host2: 12,
  host3: 13,
  lb1: 21,
  lb2: 22,
  client: 50,
  db: 60,
};

/** Names of hosts that the lab has an address for. */
export const HOST_NAMES: readonly string[] = Object.keys(FIXED_ADDRESSES);

/** The address that a host has in every lab. */
export function addressOf(host: string): string {
  const last = FIXED_ADDRESSES[host];
  if (last === undefined) {
    throw new Error(`the lab has no address for a host '${host}': it knows ${HOST_NAMES.join(", ")}`);
  }
  return `${PREFIX}${last}`;
}

/** The IPv6 address that a host has in every lab. */
export function address6Of(host: string): string {
  return addressOf(host).replace(PREFIX, PREFIX_6);
}

/** Whether an address, as URLs have it, belongs to the lab, so that it may be loaded with requests. */
export function isLabAddress(address: string): boolean {
  if (new RegExp(`^\\[${PREFIX_6}[0-9a-f]{1,4}\\]$`).test(address)) {
    return true;
  }
  const last = address.startsWith(PREFIX) ? address.slice(PREFIX.length) : "";
  return /^\d{1,3}$/.test(last) && Number(last) > 0 && Number(last) < 255;
}

/** Creates the network with a bridge of its own. */
export async function createNetwork(labelValue: string): Promise<void> {
  const addressing = ["--ipv6", ...SUBNETS.flatMap((subnet) => ["--subnet", subnet]), "--gateway", `${PREFIX}1`];
  const bridge = ["--opt", `com.docker.network.bridge.name=${NETWORK}`];
  const label = ["--label", `${LABEL}=${labelValue}`];
  await docker(["network", "create", "--driver", "bridge", ...addressing, ...bridge, ...label, NETWORK]);
}

/** Options that put a host's container into the network. */
export function networkOptions(host: string): string[] {
  return ["--network", NETWORK, "--ip", addressOf(host), "--ip6", address6Of(host)];
}
