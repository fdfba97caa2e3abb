import { BlockList, isIP, isIPv4 } from "node:net";
import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError } from "./construct-error";

/**
 * Refuses what is not a network in CIDR notation.
 *
 * @throws ConstructError when `network` is no address, `/` and the length of a prefix
 */
export function requireNetwork(scope: IConstruct, what: string, network: string): string {
  const [address = "", prefix = "", ...rest] = network.split("/");
  const longest = isIPv4(address) ? 32 : 128;
  if (isIP(address) === 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > longest || rest.length > 0) {
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

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv4(address) ? "ipv4" : "ipv6";
}
