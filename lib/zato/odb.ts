import { ComponentState, HostRequirements } from "../remote";
import { canonicalAddress, hostPort, isLoopback } from "../validation";
import { ClusterComponent } from "./cluster-component";
import { ClusterFrame } from "./cluster-frame";

/** A cluster's operational database: where it is, and that it has Zato's tables. */
export class Odb extends ClusterComponent {
  constructor(frame: ClusterFrame, id: string) {
    super(frame, id, "odb");
    if (frame.database.isLocal) {
      this.machine.ports.reserve(this, frame.database.port, "PostgreSQL");
    }
  }

  /** What tells this database from others: two clusters with the same one do not work. */
  public get identity(): string {
    const { engine, host, port, database } = this.frame.database;
    const address = canonicalAddress(isLoopback(host) ? this.host.address : host);
    return `${engine}://${hostPort(address, port)}/${database}`;
  }

  protected override state(): ComponentState {
    return {
      parameters: {
        ...this.common(),
        odb_local: String(this.frame.database.isLocal),
        on_removal: this.frame.dataRemoval,
        command_secrets: this.secretFields({ odb_password: "odb_password" }),
      },
      files: { create: this.commandWithOdb("create_odb") },
      secrets: { odb_password: this.frame.database.password },
      tellsOwner: true,
    };
  }

  protected override requirements(): HostRequirements {
    const { host, port, isLocal } = this.frame.database;
    return isLocal ? { memory: 110, disk: 512 } : { endpoints: [hostPort(host, port)] };
  }
}
