import { ComponentState } from "../remote";
import { ClusterComponent } from "./cluster-component";
import { ClusterFrame } from "./cluster-frame";
import { renderCommandFile } from "./command-file";

/** A cluster as the ODB knows it, and the keys that its components share. */
export class ClusterRegistration extends ClusterComponent {
  /** @hidden A cluster makes its components itself. */
  constructor(frame: ClusterFrame, id: string) {
    super(frame, id, "cluster");
  }

  protected override state(): ComponentState {
    const { clusterName, database, loadBalancer, paths, release, sharedSecrets } = this.frame;
    const command = release.commands.createCluster({ odb: database, clusterName, loadBalancerPort: loadBalancer.port });
    return {
      parameters: {
        ...this.common(),
        folders: paths.foldersOfCluster.join("\n"),
        lb_port: String(loadBalancer.port),
        command_secrets: this.secretFields(command),
      },
      files: { create: renderCommandFile(command) },
      secrets: sharedSecrets,
    };
  }
}
