import { App, TerraformStack } from "cdktf";
import {
  Affinity,
  ExistingLoadBalancer,
  HighAvailabilityDeployment,
  IExternalLoadBalancer,
  PhysicalHost,
  ZatoInstallation,
} from "cdktf-zato";
import { CitrixAdcLoadBalancer } from "cdktf-zato/citrix";
import { F5BigIpLoadBalancer, F5Tls } from "cdktf-zato/f5";
import { loadBalancerContract } from "cdktf-zato/testing";

const app = new App();
const ssh = { user: "ops", hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA" };

/** In networks of its own: machines and addresses are looked for in the whole App. */
function deploy(
  id: string,
  network: number,
  balance: (stack: TerraformStack, virtualAddress: string) => IExternalLoadBalancer,
): void {
  const stack = new TerraformStack(app, id);
  new HighAvailabilityDeployment(stack, "zato", {
    hosts: [
      new PhysicalHost(stack, "host1", { address: `10.0.${network}.11`, cpus: 4, ssh }),
      new PhysicalHost(stack, "host2", { address: `10.0.${network}.12`, cpus: 4, ssh }),
    ],
    installation: ZatoInstallation.preinstalled(),
    loadBalancer: balance(stack, `192.0.2.${network}`),
    affinity: Affinity.COOKIE,
  });
}

const virtualAddress = "192.0.2.10";
const tls = F5Tls.profile("/Common/esb");
deploy("stack", 1, (stack, address) => new ExistingLoadBalancer(stack, "edge", { address }));
deploy(
  "f5",
  2,
  (stack, virtualAddress) => new F5BigIpLoadBalancer(stack, "edge", { virtualAddress, tenant: "Zato", tls }),
);
deploy("citrix", 3, (stack, virtualAddress) => new CitrixAdcLoadBalancer(stack, "edge", { virtualAddress }));

app.synth();

// Each class is one class, whichever entry point it comes from.
const rules = loadBalancerContract({
  create: (scope, id) => new ExistingLoadBalancer(scope, id, { address: virtualAddress, port: 80 }),
  read: ({ output }) => {
    const pool = output!.zato_pool!.value as {
      members: { address: string; port: number; drained: boolean }[];
      health_check: { path: string; interval: number; expect: number };
      affinity: "none" | "source" | "cookie";
      sticky_paths: { path: string; affinity: "none" | "source" | "cookie" }[];
    };
    return {
      members: pool.members.map(({ address, port, drained }) => ({ address, port, isDrained: drained })),
      healthPath: pool.health_check.path,
      healthyStatuses: [pool.health_check.expect],
      healthInterval: pool.health_check.interval,
      affinity: pool.affinity,
      stickyPaths: pool.sticky_paths,
      usesTls: false,
    };
  },
  affinities: [Affinity.SOURCE, Affinity.COOKIE],
  pathAffinities: [Affinity.SOURCE, Affinity.COOKIE],
  memberTls: true,
  longestId: "edge",
  refusedIds: [],
});
rules.forEach(({ check }) => check());
