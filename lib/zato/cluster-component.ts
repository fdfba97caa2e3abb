import { Construct } from "constructs";
import { ComponentKind, RemoteComponent } from "../remote";
import { renderCommandFile, renderSecretFields } from "./command-file";
import type { ZatoCluster } from "./zato-cluster";

/** How long requests that are under way get to end before what works on them is restarted. */
export const DRAIN_SECONDS = "30";

/** What the components of a cluster have in common. */
export abstract class ClusterComponent extends RemoteComponent {
  /** The cluster that it belongs to. */
  protected readonly cluster: ZatoCluster;

  constructor(cluster: ZatoCluster, id: string, kind: ComponentKind, scope: Construct = cluster) {
    super(scope, id, { host: cluster.host, kind, name: `${cluster.clusterName}-${id}` });
    this.cluster = cluster;
    cluster.host.claims.claim(this, cluster, cluster._paths.of(id));
  }

  protected override get label(): string {
    return this.node.id;
  }

  /** Its folder on the host. */
  protected get path(): string {
    return this.cluster._paths.component(this.node.id);
  }

  /** Its systemd unit. */
  protected get unit(): string {
    return this.cluster._paths.unit(this.node.id);
  }

  /** What every component's script asks for. */
  protected common(): Record<string, string> {
    const odb = this.cluster.odb._database;
    return {
      cluster: this.cluster.clusterName,
      zato: this.cluster.installation.path,
      odb_engine: odb.engine,
      odb_host: odb.host,
      odb_port: String(odb.port),
      odb_name: odb.database,
      odb_user: odb.username,
    };
  }

  /** Which fields of a command file are which of the cluster's secrets. */
  protected secretFields(fields: Readonly<Record<string, string>>): string {
    return renderSecretFields(fields, this.cluster._secretsInUse);
  }

  /** A command file for `zato from-config` with the cluster's ODB in it. */
  protected commandWithOdb(command: string, fields: Readonly<Record<string, string | number>> = {}): string {
    const odb = this.cluster.odb._database;
    return renderCommandFile(command, {
      odb_type: odb.engine,
      odb_host: odb.host,
      odb_port: odb.port,
      odb_user: odb.username,
      odb_db_name: odb.database,
      ...fields,
    });
  }
}
