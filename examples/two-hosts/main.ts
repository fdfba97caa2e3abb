import { App, LocalBackend, TerraformStack } from "cdktf";
import {
  DataRemoval,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  PhysicalHost,
  ZatoInstallation,
} from "cdktf-zato";
import { Construct } from "constructs";
import { settings } from "./settings";

class TwoHosts extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: settings.stateFile });

    const host1 = new PhysicalHost(this, "host1", settings.host1);
    const host2 = new PhysicalHost(this, "host2", settings.host2);

    new HighAvailabilityDeployment(this, "zato", {
      hosts: [host1, host2], // one independent cluster per host
      installation: ZatoInstallation.archive(settings.archive),
      loadBalancer: new HaproxyLoadBalancer(this, "edge", {
        hosts: [host1, host2], // the balancer lives on the same two machines
        virtualAddress: settings.virtualAddress,
      }),
      dataRemoval: DataRemoval.DROP, // an example leaves nothing behind; the default keeps data
    });
  }
}

const app = new App();
new TwoHosts(app, "two-hosts");
app.synth();
