import { ComponentState, HostRequirements } from "../remote";
import { requireAbsolutePath, requireOpaque, requireOpaqueIfGiven, requireWhole } from "../validation";
import { BackupDelivery, RenderedDelivery } from "./backup-delivery";
import { BackupSchedule } from "./backup-schedule";
import { ClusterComponent } from "./cluster-component";
import { ClusterFrame } from "./cluster-frame";
import { describeUnit, renderUnit } from "./systemd-unit";

/** What a {@link Backup} can be told. */
export interface BackupOptions {
  /**
   * When backups are made. One that was missed, since the host was off, is made when it is back.
   *
   * @default BackupSchedule.daily("02:30")
   */
  readonly schedule?: BackupSchedule;

  /**
   * How many backups stay on the host. The oldest one goes when a newer one is complete.
   *
   * @default 7
   */
  readonly retain?: number;

  /**
   * The folder on the host that they are put into, each cluster's in a folder of its name, readable by root alone. It and those that lead
   * to it must be root's, and nobody else may write to them. Not below `/opt/zato` and other folders that go with what is deployed.
   *
   * @default "/var/backups/cdktf-zato"
   */
  readonly directory?: string;

  /**
   * Who takes each backup elsewhere. On the host alone it is lost together with the host.
   *
   * @default - nobody
   */
  readonly delivery?: BackupDelivery;
}

/**
 * Backups of a cluster: its ODB, and the keys and passwords that were generated on its host, in one file that
 * `cdktf-zato restore` takes. A first one is made when the cluster is deployed. Its removal keeps the backups.
 */
export class Backup extends ClusterComponent {
  /** The folder on the host that holds this cluster's backups. */
  public readonly directory: string;

  /** How many backups stay on the host. */
  public readonly retain: number;

  private readonly schedule: string;
  private readonly delivery: RenderedDelivery | undefined;

  /**
   * @throws ConstructError when the folder or the delivery's program has no absolute path, the number is below 1, or the schedule is none;
   * at synth, when the folder goes with what is deployed
   * @hidden A cluster makes its components itself.
   */
  constructor(frame: ClusterFrame, id: string, options: BackupOptions) {
    super(frame, id, "backup");
    const { directory = "/var/backups/cdktf-zato", schedule = BackupSchedule.daily(), retain = 7, delivery } = options;
    const what = "the folder for backups";
    const { path, _root } = frame.installation;
    this.directory = `${requireAbsolutePath(this, what, directory)}/${frame.clusterName}`;
    this.machine.claims.claim(this, frame.cluster, [this.directory]);
    // They stay when all else goes, the home of Zato and its code too.
    const code = _root === undefined ? [path] : [];
    this.machine.takenFolders.keepOut(this, what, () => [this.directory], ["/opt/zato", ...code]);
    this.retain = requireWhole(this, "the number of backups that stay", retain, 1);
    this.schedule = requireOpaque(this, "'schedule'", BackupSchedule, schedule)._render(this);
    this.delivery = requireOpaqueIfGiven(this, "'delivery'", BackupDelivery, delivery)?._render(this);
  }

  protected override state(): ComponentState {
    const { directory, unit, componentName, delivery } = this;
    const description = describeUnit(`Backup of the Zato cluster ${this.frame.clusterName}`, this.unitLabels);
    return {
      parameters: {
        ...this.common(),
        ...delivery?.parameters,
        unit,
        timer: this.frame.paths.timer(this.node.id),
        directory,
        schedule: this.schedule,
        retain: String(this.retain),
      },
      files: {
        ...delivery?.files,
        unit: renderUnit({
          Unit: {
            Description: description,
            After: "network-online.target postgresql.service",
            Wants: "network-online.target",
            // However often the timer, a deploy or somebody has started one in the last seconds.
            StartLimitIntervalSec: "0",
          },
          Service: {
            SyslogIdentifier: componentName,
            Type: "oneshot",
            // Of the scripts that were there when the backup was set up: those of the login user come and go with deploys.
            ExecStart: `/bin/bash /var/lib/cdktf-zato/components/${componentName}/scripts/backup.sh ${componentName}`,
            // A delivery that hangs must not keep the next backup from being made.
            TimeoutStartSec: "6h",
            Nice: "10",
            UMask: "0077",
            PrivateTmp: "true",
            ProtectSystem: "true",
            ReadWritePaths: directory,
            ProtectKernelTunables: "true",
            ProtectControlGroups: "true",
            RestrictSUIDSGID: "true",
          },
        }),
        timer: renderUnit({
          Unit: { Description: description },
          Timer: { OnCalendar: this.schedule, Persistent: "true", AccuracySec: "1s" },
          Install: { WantedBy: "timers.target" },
        }),
      },
    };
  }

  /** Dumps are compressed; what Zato keeps in its ODB is some megabytes. */
  protected override requirements(): HostRequirements {
    return { disk: 64 };
  }
}
