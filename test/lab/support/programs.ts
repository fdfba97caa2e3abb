import {
  DataRemoval,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  PhysicalHost,
  SshKey,
  ZatoInstallation,
  type DeploymentOfHostsProps,
  type HaproxyLoadBalancerProps,
  type IExternalLoadBalancer,
  type PhysicalHostProps,
} from "cdktf-zato";
import type { TerraformStack } from "cdktf";
import type { Lab } from "../../../lab/lab";

/** The address that clients use in these tests, in the network of the lab. */
export function virtualAddress(lab: Lab): string {
  return lab.host("client").address.replace(/\d+$/, "100");
}

/** A host of the lab, as a program declares it. */
export function labHost(
  stack: TerraformStack,
  lab: Lab,
  name: string,
  props: Partial<PhysicalHostProps> = {},
): PhysicalHost {
  const { address, cpus, hostKey } = lab.host(name);
  const ssh = { user: lab.user, hostKey, key: SshKey.file(lab.keyFile) };
  return new PhysicalHost(stack, name, { address, cpus, ssh, ...props });
}

/** What a deployment on two hosts can be told. */
export interface TwoHostsOptions {
  /** What host1 is declared with. @default - as it is */
  readonly host1?: Partial<PhysicalHostProps>;
  /** What host2 is declared with. @default - as it is */
  readonly host2?: Partial<PhysicalHostProps>;
  /** @default - the library's defaults, but that data is dropped */
  readonly deployment?: Partial<DeploymentOfHostsProps>;
  /** @default - none */
  readonly edge?: Pick<HaproxyLoadBalancerProps, "openPaths" | "certificate">;
}

/** Two hosts, a cluster on each, and an HAProxy on both. */
export function twoHosts(stack: TerraformStack, lab: Lab, options: TwoHostsOptions = {}): HighAvailabilityDeployment {
  const hosts = [labHost(stack, lab, "host1", options.host1), labHost(stack, lab, "host2", options.host2)];
  const edge = (): IExternalLoadBalancer =>
    new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: virtualAddress(lab), ...options.edge });
  return new HighAvailabilityDeployment(stack, "zato", {
    hosts,
    installation: ZatoInstallation.archive(lab.archive),
    loadBalancer: options.deployment?.loadBalancer ?? edge(),
    dataRemoval: DataRemoval.DROP,
    ...options.deployment,
  });
}
