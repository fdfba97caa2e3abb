import { BlockList, isIPv4 } from "node:net";
import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError } from "../validation";

/** Networks of private addresses that a load balancer of AWS reaches besides its own: RFC 1918 and RFC 6598. */
export const PRIVATE_NETWORKS: readonly string[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

/** Everybody, in IPv4. */
export const EVERYBODY = "0.0.0.0/0";

/**
 * Refuses what is not a network in CIDR notation.
 *
 * @throws ConstructError when a concrete `cidr` is no IPv4 network, or has bits behind its prefix
 */
export function requireCidr(scope: IConstruct, what: string, cidr: string): string {
  if (!Token.isUnresolved(cidr) && !isCidr(cidr)) {
    throw new ConstructError(
      scope,
      `'${cidr}' is no ${what}`,
      "give an IPv4 network whose bits behind the prefix are 0, for example '10.0.0.0/16'",
    );
  }
  return cidr;
}

/** True for a concrete IPv4 address in one of the networks; tokens among these hold nothing. */
export function isWithin(address: string, cidrs: readonly string[]): boolean {
  const list = new BlockList();
  for (const cidr of cidrs.filter((one) => !Token.isUnresolved(one))) {
    const [network, prefix] = cidr.split("/");
    list.addSubnet(network!, Number(prefix));
  }
  return list.check(address);
}

/** The construct id of a rule; in it a network that only Terraform knows goes by its place among others. */
export function ruleId(words: readonly string[], place: number): string {
  const known = words.map((word) => (Token.isUnresolved(word) ? `network${place}` : word));
  return known.join("-").replaceAll(/[^A-Za-z0-9]/g, "-");
}

/** The network of a number in a block that is cut into sixteen. */
export function sixteenthOf(cidr: string, number: number): string {
  const [network, prefix] = cidr.split("/");
  const shorter = Number(prefix) + 4;
  return `${addressOf(numberOf(network!) + number * 2 ** (32 - shorter))}/${shorter}`;
}

function isCidr(cidr: string): boolean {
  const [network, prefix, ...rest] = cidr.split("/");
  if (rest.length > 0 || !isIPv4(network!) || !/^(\d|[12]\d|3[0-2])$/.test(prefix ?? "")) {
    return false;
  }
  return numberOf(network!) % 2 ** (32 - Number(prefix)) === 0;
}

function numberOf(address: string): number {
  return address.split(".").reduce((number, byte) => number * 256 + Number(byte), 0);
}

function addressOf(number: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join(".");
}
