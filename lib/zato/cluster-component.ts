import { ComponentKind, RemoteComponent } from "../remote";
import { ClusterFrame } from "./cluster-frame";
import { renderCommandFile, renderSecretFields } from "./command-file";

/** How long requests that are under way get to end before what works on them is restarted. */
export const DRAIN_SECONDS = "30";

/** What the components of a cluster have in common. */
export abstract class ClusterComponent extends RemoteComponent {
  /** What it knows of its cluster. */
  protected readonly frame: ClusterFrame;

  constructor(frame: ClusterFrame, id: string, kind: ComponentKind) {
    super(frame.cluster, id, { host: frame.host, kind, name: `${frame.clusterName}-${id}` });
    this.frame = frame;
    this.machine.claims.claim(this, frame.cluster, frame.paths.of(id));
  }

  protected override get label(): string {
    return this.node.id;
  }

  /** Its folder on the host. */
  protected get path(): string {
    return this.frame.paths.component(this.node.id);
  }

  /** Its systemd unit. */
  protected get unit(): string {
    return this.frame.paths.unit(this.node.id);
  }

  /** What every component's script asks for. */
  protected common(): Record<string, string> {
    const { clusterName, installation, database: odb } = this.frame;
    return {
      cluster: clusterName,
      zato: installation.path,
      odb_engine: odb.engine,
      odb_host: odb.host,
      odb_port: String(odb.port),
      odb_name: odb.database,
      odb_user: odb.username,
    };
  }

  /** Which fields of a command file are which of the cluster's secrets. */
  protected secretFields(fields: Readonly<Record<string, string>>): string {
    return renderSecretFields(fields, this.frame.secrets);
  }

  /** A command file for `zato from-config` with the cluster's ODB in it. */
  protected commandWithOdb(command: string, fields: Readonly<Record<string, string | number>> = {}): string {
    const { database: odb } = this.frame;
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
