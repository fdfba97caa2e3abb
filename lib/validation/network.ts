import { BlockList, isIP, isIPv4 } from "node:net";
import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { isBareAddress } from "./address";
import { ConstructError } from "./construct-error";
import { requireEach } from "./require-all";

/**
 * Refuses what is not a network in CIDR notation.
 *
 * @throws ConstructError when `network` is no address, `/` and the length of a prefix
 */
export function requireNetwork(scope: IConstruct, what: string, network: string): string {
  const [address = "", prefix = "", ...rest] = String(network).split("/");
  const longest = isIPv4(address) ? 32 : 128;
  if (!isBareAddress(address) || !/^\d{1,3}$/.test(prefix) || Number(prefix) > longest || rest.length > 0) {
    throw new ConstructError(scope, `'${network}' is no ${what}`, "give it as CIDR block, for example '192.0.2.0/24'");
  }
  return network;
}

/**
 * Refuses an address that is in none of the networks.
 *
 * @throws ConstructError when `address` is concrete and outside of all `networks`, or one of these is no CIDR block
 */
export function requireInNetworks(
  scope: IConstruct,
  what: string,
  address: string,
  networks: readonly string[],
  whose: string,
): string {
  const list = new BlockList();
  for (const network of networks) {
    const [start, prefix] = requireNetwork(scope, `network of ${whose}`, network).split("/") as [string, string];
    list.addSubnet(start, Number(prefix), familyOf(start));
  }
  if (!Token.isUnresolved(address) && !list.check(address, familyOf(address))) {
    throw new ConstructError(
      scope,
      `the ${what} ${address} is in no network of ${whose}: ${networks.join(", ")}`,
      "give an address that is in one, or name all networks",
    );
  }
  return address;
}

/**
 * Refuses what is neither a network nor an address.
 *
 * @throws ConstructError when `network` is concrete and neither `10.0.0.0/8`, `2001:db8::/32` nor an IP address, or is
 * IPv6 with an end like IPv4's, which nftables does not read
 */
export function requireSource(scope: IConstruct, what: string, network: string): string {
  const [address = "", prefix, ...rest] = String(network).split("/");
  const longest = isIP(address) === 4 ? 32 : 128;
  const isMixed = address.includes(":") && address.includes(".");
  const isPrefix = prefix === undefined || (/^(0|[1-9]\d{0,2})$/.test(prefix) && Number(prefix) <= longest);
  if (!Token.isUnresolved(network) && (!isBareAddress(address) || isMixed || !isPrefix || rest.length > 0)) {
    throw new ConstructError(
      scope,
      `'${network}' is no ${what}`,
      "give an IPv4 or IPv6 network, for example '10.0.0.0/8', or an address",
    );
  }
  return network;
}

/**
 * Refuses a list of networks that lets nobody in.
 *
 * @throws ConstructError when the list is empty, or holds what is neither a network nor an address
 */
export function requireSources(scope: IConstruct, what: string, networks: readonly string[]): readonly string[] {
  if (networks.length === 0) {
    throw new ConstructError(scope, `there is no ${what}`, "name at least one, or leave the list out for anywhere");
  }
  return requireEach(networks, (network) => requireSource(scope, what, network));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv4(address) ? "ipv4" : "ipv6";
}
