import { join } from "node:path";
import { tmpdir } from "node:os";
import { TerraformStack, Testing } from "cdktf";
import {
  HighAvailabilityDeployment,
  DeploymentOfHostsProps,
  PhysicalHost,
  PhysicalHostProps,
  ZatoCluster,
  ZatoClusterProps,
  ZatoInstallation,
} from "cdktf-zato";
import { IConstruct } from "constructs";

export const HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDyN0WQ0q3o7a0mC2l5kV4n2yJ5mS6v7xGQe1b9h8kTt";

export const SSH = { user: "ops", hostKey: HOST_KEY };

export const INSTALLATION = ZatoInstallation.preinstalled("/opt/zato/3.3");

/** An empty stack, in an app with a context of its own. */
export function newStack(context: Record<string, unknown> = {}, id = "stack"): TerraformStack {
  return new TerraformStack(Testing.app({ outdir: join(tmpdir(), "cdktf-zato-tests"), context }), id);
}

/** A host of four CPUs; its address follows the digits of its id. */
export function newHost(scope: IConstruct, id: string, props: Partial<PhysicalHostProps> = {}): PhysicalHost {
  const number = /\d+$/.exec(id)?.[0] ?? "1";
  return new PhysicalHost(scope, id, { address: `10.0.0.1${number}`, cpus: 4, ssh: SSH, ...props });
}

/** A cluster on a new host `host1`, unless the props name another one. */
export function newCluster(stack: TerraformStack, props: Partial<ZatoClusterProps> = {}, id = "a"): ZatoCluster {
  const host = props.host ?? newHost(stack, "host1");
  return new ZatoCluster(stack, id, { installation: INSTALLATION, ...props, host });
}

/** A deployment `zato` on the new hosts `host1` and `host2`, unless the props say otherwise. */
export function newDeployment(
  stack: TerraformStack,
  props: Partial<DeploymentOfHostsProps> = {},
): HighAvailabilityDeployment {
  const hosts = props.hosts ?? [newHost(stack, "host1"), newHost(stack, "host2")];
  return new HighAvailabilityDeployment(stack, "zato", { installation: INSTALLATION, ...props, hosts });
}

/** The warnings that a construct and everything below it carry. */
export function warningsOf(scope: IConstruct): string[] {
  return scope.node
    .findAll()
    .flatMap((construct) => construct.node.metadata)
    .filter((entry) => entry.type === "@cdktf/warn")
    .map((entry) => String(entry.data));
}
