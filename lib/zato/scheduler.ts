import {
  Carried,
  CarrierResource,
  ComponentState,
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

/**
 * A cluster's scheduler. It is created in every cluster and runs in one of a deployment: two would run every job twice.
 */
export class Scheduler extends ClusterComponent implements IScheduler {
  /** The port on which it listens on loopback. */
  public readonly port: number;

  private running = true;
  private readonly others: (() => readonly IScheduler[])[] = [];

  constructor(frame: ClusterFrame, id: string) {
    super(frame, id, "scheduler");
    this.port = frame.scheduler.port;
    this.machine.ports.claim(this, this.port, "the scheduler");
    // A resource of its own: while the scheduler moves, the desired states of two schedulers change, and if one of them waited
    // for the other, it would wait in the other direction than before, which Terraform refuses as a cycle.
    new CarrierResource(this, "start", () => (this.running ? this.start() : undefined));
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

  private start(): Carried {
    const { host, componentName, desiredState } = this;
    const staged = `${stagingName(componentName)}.start`;
    return {
      triggers: { content: `\${${desiredState.fqn}.id}` },
      connection: host.access.connection(host.address),
      provisioners: [
        stageText(staged, this.forSuccessors),
        runScript(host, "start.sh", "scheduler", componentName, `${STAGING}/${staged}`),
      ],
      dependsOn: [this, ...this.others.flatMap((produce) => produce())].flatMap((one) => one.desiredState ?? []),
    };
  }

  protected override state(): ComponentState {
    const { path, unit } = this;
    const { clusterName, installation, loadBalancer, release, scheduler } = this.frame;
    return {
      parameters: {
        ...this.common(),
        path,
        unit,
        bind: LOOPBACK,
        port: String(this.port),
        active: String(this.running),
        command_secrets: this.secretFields({
          odb_password: "odb_password",
          secret_key: "secret_key",
          server_api_client_for_scheduler_password: "admin_invoke_password",
          scheduler_api_client_for_server_password: "scheduler_api_password",
        }),
      },
      files: {
        // Through the load-balancer, so that jobs go on while a server restarts: with a 'server_path' Zato would ignore
        // the address, and ask that server alone. Without a scheme it would take the address for https.
        create: this.commandWithOdb("create_scheduler", {
          path,
          cluster_name: clusterName,
          bind_host: LOOPBACK,
          bind_port: this.port,
          server_address_for_scheduler: `http://${hostPort(LOOPBACK, loadBalancer.port)}`,
          scheduler_api_client_for_server_username: scheduler.apiUser,
        }),
        unit: release.schedulerUnit({
          zato: installation.path,
          code: installation._unit,
          path,
          cluster: clusterName,
        }),
      },
    };
  }

  /** Measured: 82 MiB. */
  protected override requirements(): HostRequirements {
    return { memory: 82 };
  }
}
