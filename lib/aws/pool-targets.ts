import { isIPv4, isIPv6 } from "node:net";
import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { PoolMember } from "../load-balancing";
import { IRemoteHost } from "../remote";
import { ConstructError } from "../validation";
import { IAwsNetwork } from "./aws-network";
import { isWithin, PRIVATE_NETWORKS } from "./cidr";
import { Ec2Host } from "./ec2-host";

/** A member of a pool as a target group takes it. */
export interface PoolTarget {
  /** The name of the cluster. */
  readonly name: string;

  /** The port of its Zato load-balancer. */
  readonly port: number;

  /** Whether it gets no new requests. */
  readonly isDrained: boolean;

  /** The id of the instance, or the address. */
  readonly targetId: string;

  /** Set for an address outside the VPC. */
  readonly availabilityZone?: string;

  /** The machine, where it is one of AWS's. */
  readonly host?: Ec2Host;
}

/** The members of a pool, which a target group takes either all by instance or all by address. */
export interface PoolTargets {
  /** By what the target group knows its members. */
  readonly type: "instance" | "ip";

  /** The members, in the order of the pool. */
  readonly targets: readonly PoolTarget[];
}

/**
 * How a load balancer in a network reaches the members of a pool: by instance where all of them are EC2 hosts, else by private
 * address.
 *
 * @throws ConstructError when one has no address that the load balancer can reach
 */
export function targetsOf(
  scope: IConstruct,
  network: IAwsNetwork,
  members: readonly PoolMember[],
  hosts: readonly IRemoteHost[],
): PoolTargets {
  const found = members.map((member) => ({ member, host: ec2HostOf(member, hosts) }));
  found.forEach(({ host }) => host && requireReachableHost(scope, network, host));
  const type = found.every(({ host }) => host) ? "instance" : "ip";
  return {
    type,
    targets: found.map(({ member: { address, ...member }, host }) => {
      const common = { ...member, host };
      if (host) {
        return { ...common, targetId: type === "instance" ? host.instance.id : host.privateAddress };
      }
      requireReachableAddress(scope, network, member.name, address);
      const isOutside = !Token.isUnresolved(address) && !isWithin(address, network.cidrBlocks);
      if (isOutside && network.cidrBlocks.some((one) => Token.isUnresolved(one))) {
        throw new ConstructError(
          scope,
          `whether the address ${address} of ${member.name} is in the VPC is not known before apply, and AWS wants to be told`,
          `give concrete 'cidrBlocks' to ${network.node.path}`,
        );
      }
      return { ...common, targetId: address, availabilityZone: isOutside ? "all" : undefined };
    }),
  };
}

function ec2HostOf({ address }: PoolMember, hosts: readonly IRemoteHost[]): Ec2Host | undefined {
  return hosts.find((host): host is Ec2Host => Ec2Host.isEc2Host(host) && host.address === address);
}

function requireReachableHost(scope: IConstruct, network: IAwsNetwork, host: Ec2Host): void {
  if (host.network.vpcId !== network.vpcId) {
    throw new ConstructError(
      scope,
      `${host.node.path} is in the VPC of ${host.network.node.path}, the load balancer in that of ${network.node.path}`,
      "put both into one VPC: security groups and targets end at its border",
    );
  }
  if (!network.subnets.some(({ availabilityZone }) => availabilityZone === host.failureDomain)) {
    throw new ConstructError(
      scope,
      `${host.node.path} is in ${host.failureDomain}, where the load balancer has no subnet`,
      `add a subnet in that zone to ${network.node.path}: targets in other zones get no requests`,
    );
  }
}

function requireReachableAddress(scope: IConstruct, network: IAwsNetwork, name: string, address: string): void {
  if (Token.isUnresolved(address) || isWithin(address, [...network.cidrBlocks, ...PRIVATE_NETWORKS])) {
    return;
  }
  const kind = isIPv4(address) ? "a public address" : isIPv6(address) ? "an IPv6 address" : "a DNS name";
  throw new ConstructError(
    scope,
    `the address ${address} of ${name} is ${kind}, which a load balancer of AWS cannot have as a target`,
    `give an IPv4 address of the VPC (${network.cidrBlocks.join(", ")}) or of ${PRIVATE_NETWORKS.join(", ")}, ` +
      "reached by VPN or Direct Connect",
  );
}
