import { IConstruct } from "constructs";
import { IHost } from "../host";
import { Machine } from "../remote";
import { AppRegistry, ConstructError, isSameAddress } from "../validation";
import { PoolMember } from "./pool";

/** An address that a load balancer holds, and who else may use it. */
export interface VirtualAddress {
  /** IP address or token. */
  readonly address: string;

  /** The ports of it that the load balancer serves. */
  readonly ports: readonly number[];

  /**
   * Where other load balancers may serve other ports of the address, for example a partition of a device.
   *
   * @default - nowhere: the address is the load balancer's own
   */
  readonly sharedIn?: string;

  /**
   * The network that the address is in, where equal addresses of others are not the same one, for example a route domain of a
   * device.
   *
   * @default - that of all
   */
  readonly network?: string;
}

interface Held extends VirtualAddress {
  readonly owner: IConstruct;
}

const heldInApps = new AppRegistry<Held>();

/**
 * Notes that a load balancer holds a virtual address.
 *
 * @throws ConstructError when another one of the App holds it, or the same port of it where it may be shared
 */
export function holdVirtualAddress(owner: IConstruct, virtual: VirtualAddress): void {
  const others = heldInApps.of(owner);
  const same = others.filter(
    (other) => other.network === virtual.network && isSameAddress(other.address, virtual.address),
  );
  const foreign = same.find(({ sharedIn }) => sharedIn === undefined || sharedIn !== virtual.sharedIn);
  if (foreign) {
    throw new ConstructError(
      owner,
      `the virtual address ${virtual.address} is that of ${foreign.owner.node.path}`,
      "give each load balancer one of its own; where equal addresses are of separate networks, declare them in two Apps",
    );
  }
  for (const { owner: holder, ports } of same) {
    const port = virtual.ports.find((one) => ports.includes(one));
    if (port !== undefined) {
      throw new ConstructError(
        owner,
        `port ${port} of the virtual address ${virtual.address} is that of ${holder.node.path}`,
        "give one of the two another port or address",
      );
    }
  }
  others.push({ ...virtual, owner });
}

/**
 * Refuses a virtual address that a member of the pool has as its own, or another machine of the App.
 *
 * @throws ConstructError naming the cluster or the host
 */
export function requireNobodysAddress(
  owner: IConstruct,
  { address, network }: VirtualAddress,
  members: readonly PoolMember[],
): void {
  const isSame = (other: { readonly address: string }): boolean => isSameAddress(other.address, address);
  const host = network === undefined ? Machine.hostsIn(owner).find(isSame) : undefined;
  const member = members.find(isSame);
  if (host || member) {
    throw new ConstructError(
      owner,
      `the virtual address ${address} is that of ${host?.node.path ?? `the cluster ${member!.name}`}`,
      "give an address in the hosts' network that nobody uses",
    );
  }
}

/** What keepalived instances of one network are told apart by. */
interface RouterId {
  readonly owner: IConstruct;
  readonly routerId: number;
  readonly hosts: readonly IHost[];
}

const routersOfApps = new AppRegistry<RouterId>();

/**
 * Notes by which number the keepalived instances of a load balancer know each other.
 *
 * @throws ConstructError when another load balancer has the number on the same machine
 */
export function claimRouterId(owner: IConstruct, routerId: number, hosts: readonly IHost[]): void {
  const others = routersOfApps.of(owner);
  const machines = hosts.map(({ presence }) => presence.machine);
  const neighbour = others.find(
    (other) => other.routerId === routerId && other.hosts.some(({ presence }) => machines.includes(presence.machine)),
  );
  if (neighbour) {
    throw new ConstructError(
      owner,
      `the virtual router id ${routerId} is that of ${neighbour.owner.node.path} on the same host, and each would take the other's messages for its own`,
      "give one of the two another 'virtualRouterId'",
    );
  }
  others.push({ owner, routerId, hosts });
}
