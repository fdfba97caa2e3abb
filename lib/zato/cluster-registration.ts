import { ComponentState } from "../remote";
import { LOOPBACK } from "../validation";
import { ClusterComponent } from "./cluster-component";
import { ClusterFrame } from "./cluster-frame";

/** A cluster as the ODB knows it, and the keys that its components share. */
export class ClusterRegistration extends ClusterComponent {
  constructor(frame: ClusterFrame, id: string) {
    super(frame, id, "cluster");
  }

  protected override state(): ComponentState {
    const { loadBalancer, clusterName, sharedSecrets } = this.frame;
    return {
      parameters: {
        ...this.common(),
        lb_port: String(loadBalancer.port),
        command_secrets: this.secretFields({
          odb_password: "odb_password",
          secret_key: "secret_key",
          admin_invoke_password: "admin_invoke_password",
        }),
      },
      files: {
        // web-admin reaches servers through this address: loopback, from where Zato's own paths are let through.
        create: this.commandWithOdb("create_cluster", {
          cluster_name: clusterName,
          lb_host: LOOPBACK,
          lb_port: loadBalancer.port,
          lb_agent_port: 20151,
        }),
      },
      secrets: sharedSecrets,
    };
  }
}
