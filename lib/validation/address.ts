import { BlockList, isIP, isIPv4, isIPv6, SocketAddress } from "node:net";
import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError } from "./construct-error";

/** RFC 1123: labels of 1 to 63 letters, digits and hyphens; the last label is never all digits. */
const DNS_NAME =
  /^(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*(?!\d+$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** Addresses that no machine has: unspecified ones, multicast, broadcast. */
const OF_NO_MACHINE = new BlockList();
OF_NO_MACHINE.addSubnet("0.0.0.0", 8, "ipv4");
OF_NO_MACHINE.addSubnet("224.0.0.0", 3, "ipv4");
OF_NO_MACHINE.addAddress("::", "ipv6");
OF_NO_MACHINE.addSubnet("ff00::", 8, "ipv6");

/**
 * Refuses what is neither the IP address of a machine nor a DNS name.
 *
 * @throws ConstructError when `address` is concrete and neither IPv4, IPv6 without a zone nor a DNS name (RFC 1123), or
 * one that no machine has
 */
export function requireAddress(scope: IConstruct, what: string, address: string): string {
  if (!Token.isUnresolved(address) && !isMachineAddress(address) && !isDnsName(address)) {
    throw new ConstructError(
      scope,
      `'${address}' is no ${what}`,
      "give an IPv4 address, an IPv6 address without brackets, or a DNS name",
    );
  }
  return address;
}

/**
 * Refuses what is not an IP address.
 *
 * @throws ConstructError when `address` is concrete and neither IPv4 nor IPv6 without a zone
 */
export function requireIpAddress(scope: IConstruct, what: string, address: string): string {
  if (!Token.isUnresolved(address) && !isBareAddress(address)) {
    throw new ConstructError(scope, `'${address}' is no ${what}`, "give an IPv4 or IPv6 address");
  }
  return address;
}

/**
 * Refuses what is not an IP address that other machines can reach one by.
 *
 * @throws ConstructError when `address` is concrete and no IP address, a loopback address, or one that no machine has
 */
export function requireReachableAddress(scope: IConstruct, what: string, address: string): string {
  if (!Token.isUnresolved(address) && (!isMachineAddress(address) || isLoopback(address))) {
    throw new ConstructError(
      scope,
      `'${address}' is no ${what}`,
      "give an IPv4 or IPv6 address that other machines can reach",
    );
  }
  return address;
}

/**
 * Refuses what is not a DNS name.
 *
 * @throws ConstructError when `name` is concrete and no DNS name (RFC 1123)
 */
export function requireDnsName(scope: IConstruct, what: string, name: string): string {
  if (!Token.isUnresolved(name) && !isDnsName(name)) {
    throw new ConstructError(scope, `'${name}' is no ${what}`, "give a DNS name, for example 'zato.example.com'");
  }
  return name;
}

/** `address:port` as URLs and HAProxy write it: IPv6 in brackets. */
export function hostPort(address: string, port: number): string {
  return `${bracketed(address)}:${port}`;
}

/** An address as URLs have it: IPv6 in brackets. */
export function bracketed(address: string): string {
  return !Token.isUnresolved(address) && address.includes(":") ? `[${address}]` : address;
}

/** The loopback address is where things listen that only their own host may reach. */
export const LOOPBACK = "127.0.0.1";

/** The address on which a service listens that every interface of its host offers, in IPv4. */
export const ANY_ADDRESS = "0.0.0.0";

/** True for IPv4; a token counts as IPv4. */
export function isV4(address: string): boolean {
  return Token.isUnresolved(address) || isIPv4(address);
}

/** Without the zone of IPv6 (`fe80::1%eth0`), which means something on one machine alone. */
export function isBareAddress(address: string): boolean {
  return isIP(address) !== 0 && !address.includes("%");
}

/** True for what a machine calls itself. */
export function isLoopback(address: string): boolean {
  return /^(127\.|::1$|localhost$)/.test(canonicalAddress(address));
}

/** The one spelling of an address that can be written in many: lower case, and IPv6 as short as it can be. */
export function canonicalAddress(address: string): string {
  if (Token.isUnresolved(address)) {
    return address;
  }
  if (!isIPv6(address)) {
    return address.toLowerCase();
  }
  return new SocketAddress({ address, family: "ipv6" }).address.replace(/^::ffff:(?=\d+\.)/, "");
}

/** Whether two spellings are of one address. */
export function isSameAddress(one: string, other: string): boolean {
  return canonicalAddress(one) === canonicalAddress(other);
}

function isMachineAddress(address: string): boolean {
  return isBareAddress(address) && !OF_NO_MACHINE.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

/** What is not given is no name, though JavaScript would take `undefined` for one. */
function isDnsName(name: string): boolean {
  return typeof name === "string" && DNS_NAME.test(name);
}
