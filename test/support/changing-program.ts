import { TerraformStack } from "cdktf";
import {
  DeploymentOfHostsProps,
  HaproxyLoadBalancer,
  HaproxyLoadBalancerProps,
  HighAvailabilityDeployment,
  PhysicalHostProps,
  ZatoInstallation,
} from "cdktf-zato";
import { newHost, newStack } from "./stack";

/** A program as that of examples/two-hosts, and what is changed of it. */
export interface Program {
  readonly host2?: Partial<PhysicalHostProps>;
  readonly zato?: Partial<DeploymentOfHostsProps>;
  readonly edge?: Partial<HaproxyLoadBalancerProps>;
  readonly build?: string;
  readonly change?: (deployment: HighAvailabilityDeployment) => void;
}

/** The stack of such a program. */
export function stackOf({ host2 = {}, zato = {}, edge = {}, build = "a", change }: Program): TerraformStack {
  const stack = newStack();
  const hosts = [newHost(stack, "host1"), newHost(stack, "host2", host2)];
  const deployment = new HighAvailabilityDeployment(stack, "zato", {
    hosts,
    installation: ZatoInstallation.archive({ url: "https://a.example/zato.tar.gz", sha256: build.repeat(64) }),
    loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: "10.0.0.100", ...edge }),
    ...zato,
  });
  change?.(deployment);
  return stack;
}

/** With a REST channel at a path. */
export const channel = (urlPath: string): Program => ({
  change: (zato) => void zato.content.addRestChannel("Ping", { urlPath, service: "pub.zato.ping" }),
});
