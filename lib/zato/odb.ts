import { ComponentState, HostRequirements } from "../remote";
import { canonicalAddress, hostPort, isLoopback, requireOpaque } from "../validation";
import { ClusterComponent } from "./cluster-component";
import { OdbDatabase, RenderedDatabase } from "./odb-database";
import type { ZatoCluster } from "./zato-cluster";

/** A cluster's operational database: where it is, and that it has Zato's tables. */
export class Odb extends ClusterComponent {
  /** @internal */
  public readonly _database: RenderedDatabase;

  constructor(cluster: ZatoCluster, id: string, database: OdbDatabase) {
    super(cluster, id, "odb");
    this._database = requireOpaque(this, "'odb'", OdbDatabase, database)._render(this, cluster.clusterName);
    if (this._database.isLocal) {
      this.host.ports.reserve(this, this._database.port, "PostgreSQL");
    }
    this.after(() => [cluster.installation]);
  }

  /** What tells this database from others: two clusters with the same one do not work. */
  public get identity(): string {
    const { engine, host, port, database } = this._database;
    const address = canonicalAddress(isLoopback(host) ? this.host.address : host);
    return `${engine}://${hostPort(address, port)}/${database}`;
  }

  protected override state(): ComponentState {
    return {
      parameters: {
        ...this.common(),
        odb_local: String(this._database.isLocal),
        on_removal: this.cluster._onRemoval,
        command_secrets: this.secretFields({ odb_password: "odb_password" }),
      },
      files: { create: this.commandWithOdb("create_odb") },
      secrets: { odb_password: this._database.password },
      tellsOwner: true,
    };
  }

  protected override requirements(): HostRequirements {
    const { host, port, isLocal } = this._database;
    return isLocal ? { memory: 110, disk: 512 } : { endpoints: [hostPort(host, port)] };
  }
}
