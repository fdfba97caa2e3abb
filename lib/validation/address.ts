import { isIP, isIPv4 } from "node:net";
import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError } from "./construct-error";

/** RFC 1123: labels of 1 to 63 letters, digits and hyphens; the last label is never all digits. */
const DNS_NAME =
  /^(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*(?!\d+$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/**
 * Refuses what is neither an IP address nor a DNS name.
 *
 * @throws ConstructError when `address` is concrete and neither IPv4, IPv6 nor a DNS name (RFC 1123)
 */
export function requireAddress(scope: IConstruct, what: string, address: string): string {
  if (!Token.isUnresolved(address) && isIP(address) === 0 && !DNS_NAME.test(address)) {
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
 * @throws ConstructError when `address` is concrete and neither IPv4 nor IPv6
 */
export function requireIpAddress(scope: IConstruct, what: string, address: string): string {
  if (!Token.isUnresolved(address) && isIP(address) === 0) {
    throw new ConstructError(scope, `'${address}' is no ${what}`, "give an IPv4 or IPv6 address");
  }
  return address;
}

/**
 * Refuses what is not a DNS name.
 *
 * @throws ConstructError when `name` is concrete and no DNS name (RFC 1123)
 */
export function requireDnsName(scope: IConstruct, what: string, name: string): string {
  if (!Token.isUnresolved(name) && !DNS_NAME.test(name)) {
    throw new ConstructError(scope, `'${name}' is no ${what}`, "give a DNS name, for example 'zato.example.com'");
  }
  return name;
}

/** `address:port` as URLs and HAProxy write it: IPv6 in brackets. */
export function hostPort(address: string, port: number): string {
  return !Token.isUnresolved(address) && address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The loopback address is where things listen that only their own host may reach. */
export const LOOPBACK = "127.0.0.1";

/** The address on which a service listens that every interface of its host offers. */
export const ANY_ADDRESS = "0.0.0.0";

/** True for IPv4; a token counts as IPv4. */
export function isV4(address: string): boolean {
  return Token.isUnresolved(address) || isIPv4(address);
}
