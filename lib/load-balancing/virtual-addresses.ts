import { TerraformStack } from "cdktf";
import { IConstruct } from "constructs";
import { IHost } from "../host";
import { ConstructError, isSameAddress } from "../validation";

/** A virtual address, and what its keepalived instances are told apart by. */
export interface VirtualAddress {
  readonly owner: IConstruct;
  readonly address: string;
  readonly routerId: number;
  readonly hosts: readonly IHost[];
}

const claimed = new WeakMap<TerraformStack, VirtualAddress[]>();

/**
 * Notes that a load balancer holds a virtual address.
 *
 * @throws ConstructError when another one of the stack holds it, or has the same virtual router id on the same host
 */
export function claimVirtualAddress(claim: VirtualAddress): void {
  const { owner, address, routerId, hosts } = claim;
  const stack = TerraformStack.of(owner);
  const others = claimed.get(stack) ?? [];
  const holder = others.find((other) => isSameAddress(other.address, address));
  if (holder) {
    throw new ConstructError(
      owner,
      `the virtual address ${address} is that of ${holder.owner.node.path}`,
      "give each load balancer one of its own",
    );
  }
  const neighbour = others.find(
    (other) => other.routerId === routerId && other.hosts.some((host) => hosts.includes(host)),
  );
  if (neighbour) {
    throw new ConstructError(
      owner,
      `the virtual router id ${routerId} is that of ${neighbour.owner.node.path} on the same host, and each would take the other's messages for its own`,
      "give one of the two another 'virtualRouterId'",
    );
  }
  claimed.set(stack, [...others, claim]);
}
