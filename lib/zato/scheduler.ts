import {
  ComponentState,
  Following,
  FollowUp,
  HostRequirements,
  runScript,
  stageText,
  STAGING,
  stagingName,
} from "../remote";
import { hostPort, LOOPBACK } from "../validation";
import { ClusterComponent } from "./cluster-component";
import { ClusterFrame } from "./cluster-frame";
import { IScheduler } from "./cluster-roles";
import { renderCommandFile } from "./command-file";
import { environmentState } from "./component-environment";

/**
 * A cluster's scheduler. It is created in every cluster and runs in one of a deployment: two would run every job twice.
 */
export class Scheduler extends ClusterComponent implements IScheduler {
  /** The port on which it listens on loopback. */
  public readonly port: number;

  private running = true;
  private readonly others: (() => readonly IScheduler[])[] = [];

  /** @hidden A cluster makes its components itself. */
  constructor(frame: ClusterFrame, id: string) {
    super(frame, id, "scheduler");
    this.port = frame.scheduler.port;
    this.machine.ports.claim(this, this.port, "the scheduler");
    // A resource of its own: while the scheduler moves, the desired states of two schedulers change, and if one of them waited
    // for the other, it would wait in the other direction than before, which Terraform refuses as a cycle.
    new FollowUp(this, "start", () => (this.running ? this.start() : undefined));
  }

  /** Where it listens: `127.0.0.1:31530`. */
  public get address(): string {
    return this.frame.scheduler.address;
  }

  /** Whether it runs, or is only ready to. */
  public get isActive(): boolean {
    return this.running;
  }

  /** Whether it could run: its host is not lost. */
  public get canRun(): boolean {
    return !this.host.isLost;
  }

  /** Keeps it from running here, since it runs in another cluster. */
  public deactivate(): void {
    this.running = false;
  }

  /** Lets it start only when others are as declared: stopped, where it is this one that runs. Asked for at synth. */
  public startAfter(others: () => readonly IScheduler[]): void {
    this.others.push(others);
  }

  private start(): Following {
    const { host, componentName } = this;
    const staged = `${stagingName(componentName)}.start`;
    const provisioners = [
      stageText(staged, this.forSuccessors),
      runScript(host, "start.sh", "scheduler", componentName, `${STAGING}/${staged}`),
    ];
    return {
      components: [this],
      steps: [{ component: this, provisioners }],
      after: this.others.flatMap((produce) => produce()).flatMap(({ desiredState }) => desiredState ?? []),
    };
  }

  protected override state(): ComponentState {
    const { path, unit } = this;
    const { clusterName, database, installation, loadBalancer, paths, redis, release, secrets } = this.frame;
    const environmentFile = paths.environmentFile(this.node.id);
    const environment = environmentState(release.schedulerEnvironment(this.port, redis), environmentFile, secrets);
    const command = release.commands.createScheduler({
      odb: database,
      path,
      clusterName,
      bind: LOOPBACK,
      port: this.port,
      servers: hostPort(LOOPBACK, loadBalancer.port),
    });
    return {
      parameters: {
        ...this.common(),
        path,
        unit,
        bind: LOOPBACK,
        port: String(this.port),
        active: String(this.running),
        ...(command && { command_secrets: this.secretFields(command) }),
        ...environment.parameters,
        ...(redis?.ownUnit !== undefined && { own_redis: redis.ownUnit }),
      },
      files: {
        ...(command && { create: renderCommandFile(command) }),
        ...environment.files,
        unit: release.schedulerUnit({
          zato: installation.path,
          code: installation._unit,
          path,
          home: paths.home,
          cluster: clusterName,
          labels: this.unitLabels,
          environmentFile,
          redisUnit: redis?.ownUnit,
        }),
      },
    };
  }

  /** Measured: 82 MiB. */
  protected override requirements(): HostRequirements {
    const { redis, release } = this.frame;
    const isElsewhere = release.demands.needsRedis && redis?.ownUnit === undefined;
    return { memory: 82, ...(redis && isElsewhere && { endpoints: [hostPort(redis.host, redis.port)] }) };
  }
}
