import { ComponentState, HostRequirements } from "../remote";
import { hostPort } from "../validation";
import { ClusterComponent } from "./cluster-component";
import { ClusterFrame } from "./cluster-frame";
import { renderCommandFile } from "./command-file";
import { identityOf } from "./rendered-database";

/** A cluster's operational database: where it is, and that it has Zato's tables. */
export class Odb extends ClusterComponent {
  /** @hidden A cluster makes its components itself. */
  constructor(frame: ClusterFrame, id: string) {
    super(frame, id, "odb");
    // The first of a cluster's components: where it is, what else is there is the cluster's.
    this.machine.takenFolders.add(this.componentName, frame.paths.foldersOfCluster);
    if (frame.database.isLocal) {
      this.machine.ports.reserve(this, frame.database.port, "PostgreSQL");
    }
  }

  /** What tells this database from others: two clusters with the same one do not work. */
  public get identity(): string {
    return identityOf(this.frame.database, this.host.address);
  }

  protected override state(): ComponentState {
    const { database, isBackedUp } = this.frame;
    const command = this.frame.release.commands.createOdb(database);
    return {
      parameters: {
        ...this.common(),
        odb_local: String(database.isLocal),
        on_removal: this.frame.dataRemoval,
        command_secrets: this.secretFields(command),
        // A local one comes with the programs that dump it.
        ...(isBackedUp && !database.isLocal && { backed_up: "true" }),
      },
      files: { create: renderCommandFile(command) },
      secrets: { odb_password: database.password },
      tellsOwner: true,
    };
  }

  protected override requirements(): HostRequirements {
    const { host, port, database, isLocal } = this.frame.database;
    const { clusterName } = this.frame;
    const facts = {
      clusters: [`${clusterName} ${this.componentName}`],
      ...(isLocal && { databases: [`${clusterName} ${this.componentName} ${database} ${port}`] }),
    };
    return isLocal ? { memory: 110, disk: 512, facts } : { endpoints: [hostPort(host, port)], facts };
  }
}
