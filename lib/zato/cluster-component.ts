import { RemoteComponent } from "../remote";
import { ClusterFrame } from "./cluster-frame";
import { renderSecretFields } from "./command-file";
import { placeParameters } from "./image-root";
import { Command } from "./release/release-commands";
import { labelsOf, UnitLabels } from "./systemd-unit";

/** What the components of a cluster have in common. */
export abstract class ClusterComponent extends RemoteComponent {
  /** What it knows of its cluster. @hidden */
  protected readonly frame: ClusterFrame;

  /** @hidden A cluster makes its components itself. */
  constructor(frame: ClusterFrame, id: string, kind: string) {
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

  /** By what its unit is known. @hidden */
  protected get unitLabels(): UnitLabels {
    return labelsOf(this, this.componentName);
  }

  /** What every component's script asks for. */
  protected common(): Record<string, string> {
    const { clusterName, installation, database: odb, paths, release } = this.frame;
    return {
      cluster: clusterName,
      release: release.scripts,
      cluster_folder: paths.folder,
      ...placeParameters({ zato: installation.path, root: installation._root }),
      odb_engine: odb.engine,
      odb_host: odb.host,
      odb_port: String(odb.port),
      odb_name: odb.database,
      odb_user: odb.username,
    };
  }

  /** Which fields of a command are which of the cluster's secrets. */
  protected secretFields({ secrets }: Command): string {
    return renderSecretFields(secrets, this.frame.secrets);
  }
}
