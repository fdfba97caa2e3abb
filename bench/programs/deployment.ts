import { App, LocalBackend, TerraformStack } from "cdktf";
import {
  CARRIER_CONTEXT,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  PhysicalHost,
  SshBastionProps,
  SshKey,
  ZatoInstallation,
} from "cdktf-zato";
import { HOST_KEY, measure, readInput } from "./program";

/** A deployment with one cluster per address, and a HAProxy pair on the first two hosts. */
export interface DeploymentInput {
  readonly outdir: string;
  readonly stateFile: string;
  readonly carrier: "null_resource" | "terraform_data";
  readonly addresses: readonly string[];
  /** Where the way to the host of the same place goes through; the hosts are reached directly where there are none. */
  readonly bastions?: readonly SshBastionProps[];
  /** Where there is none, the SSH agent is asked. */
  readonly sshKeyFile?: string;
}

const { outdir, stateFile, carrier, addresses, bastions, sshKeyFile } = readInput<DeploymentInput>();

measure(() => {
  const app = new App({ outdir, context: { [CARRIER_CONTEXT]: carrier } });
  const stack = new TerraformStack(app, "bench");
  new LocalBackend(stack, { path: stateFile });
  const key = sshKeyFile === undefined ? SshKey.agent() : SshKey.file(sshKeyFile);
  const hosts = addresses.map(
    (address, index) =>
      new PhysicalHost(stack, `host${index + 1}`, {
        address,
        cpus: 8,
        ssh: { user: "ops", hostKey: HOST_KEY, key, bastion: bastions?.[index] },
      }),
  );
  new HighAvailabilityDeployment(stack, "zato", {
    hosts,
    installation: ZatoInstallation.archive({
      url: "https://artifacts.example.com/zato-3.3.tar.gz",
      sha256: "0".repeat(64),
    }),
    loadBalancer: new HaproxyLoadBalancer(stack, "edge", {
      hosts: hosts.slice(0, 2),
      virtualAddress: "192.0.2.250",
    }),
  });
  app.synth();
});
