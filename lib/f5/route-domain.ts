import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { requireWhole } from "../validation";

/** An address of a device, and in which of its route domains it is; 0 is the default one. */
export interface RoutedAddress {
  readonly address: string;
  readonly routeDomain: number;
}

/** Reads an address as the device writes it: `192.0.2.10%2` is in the route domain 2. */
export function readRoutedAddress(text: string): RoutedAddress {
  const [, address = text, routeDomain = "0"] = (!Token.isUnresolved(text) && /^([^%]+)%(\d+)$/.exec(text)) || [];
  return { address, routeDomain: Number(routeDomain) };
}

/** Writes an address as the device reads it. */
export function renderRoutedAddress({ address, routeDomain }: RoutedAddress): string {
  return routeDomain === 0 ? address : `${address}%${routeDomain}`;
}

/**
 * Refuses numbers that no route domain has.
 *
 * @throws ConstructError when the number is above 65534
 */
export function requireRouteDomain(scope: IConstruct, routeDomain: number): number {
  return requireWhole(scope, "the route domain of the virtual address", routeDomain, 0, 65534);
}
