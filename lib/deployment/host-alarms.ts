import { Construct } from "constructs";
import { FRAMEWORK } from "../framework";
import { ComponentState, IRemoteHost, RemoteComponent } from "../remote";
import { TAKEN_OUT_ANSWER } from "../zato/load-balancer-config";
import { describeUnit, labelsOf, renderUnit } from "../zato/systemd-unit";
import { RenderedAlarmDelivery } from "./alarm-delivery";
import { timedScript } from "./timed-script";

/** A cluster as hosts look at it. */
export interface WatchedCluster {
  readonly name: string;
  /** Whether its host has alarms, and so may tell of others. */
  readonly tells: boolean;
  readonly address: string;
  readonly port: number;
  readonly healthUrl: string;
}

/** A machine without a cluster as its like looks at it: anything that its kernel answers on the port will do. */
export interface WatchedMachine {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** What a {@link HostAlarms} is made from. */
interface HostAlarmsProps {
  /** The machine that looks, and tells. */
  readonly host: IRemoteHost;
  /** The name of the deployment. */
  readonly deployment: string;
  /** The name of the cluster of the deployment that is there, if one is. */
  readonly cluster?: string;
  /** The name of the balancer in front that is there, if one is. */
  readonly balancer?: string;
  /** All clusters, in the order in which their hosts tell of others; asked for at synth. */
  readonly clusters: () => readonly WatchedCluster[];
  /** Other machines that no cluster is on, and that are to be looked at from here. */
  readonly machines: readonly WatchedMachine[];
  readonly delivery: RenderedAlarmDelivery;
  /** Seconds after which a message is repeated. */
  readonly repeatSeconds: number;
  readonly repetitions: number;
}

/** A look at the deployment from a host each minute, and messages of what begins, lasts and ends. */
export class HostAlarms extends RemoteComponent {
  private readonly props: HostAlarmsProps;

  constructor(scope: Construct, id: string, props: HostAlarmsProps) {
    super(scope, id, { host: props.host, kind: "alarms", name: `${props.deployment}-alarms` });
    this.props = props;
    this.machine.claims.claim(this, this, [this.unit, this.timer, this.deliveryUnit, this.folder]);
    this.machine.takenFolders.add(this.componentName, [this.folder]);
  }

  private get unit(): string {
    return `zato-${this.componentName}.service`;
  }

  private get timer(): string {
    return `zato-${this.componentName}.timer`;
  }

  private get deliveryUnit(): string {
    return `zato-${this.componentName}-delivery.service`;
  }

  private get folder(): string {
    return `/etc/zato-${this.componentName}`;
  }

  protected override state(): ComponentState {
    const { componentName, unit, timer, folder, deliveryUnit } = this;
    const { deployment, cluster = "", balancer = "", delivery, repeatSeconds, repetitions } = this.props;
    const labels = labelsOf(this, componentName);
    return {
      parameters: {
        unit,
        timer,
        delivery_unit: deliveryUnit,
        folder,
        deployment,
        cluster,
        balancer,
        clusters: this.props
          .clusters()
          .map(({ name, tells, address, port, healthUrl }) => `${name} ${tells} ${address} ${port} ${healthUrl}`)
          .join("\n"),
        machines: this.props.machines.map(({ name, address, port }) => `${name} ${address} ${port}`).join("\n"),
        taken_out: TAKEN_OUT_ANSWER,
        // Whose commands messages name.
        library: FRAMEWORK.library,
        repeat_seconds: String(repeatSeconds),
        repetitions: String(repetitions),
      },
      files: {
        ...timedScript({ what: `Alarms of the deployment ${deployment}`, labels, script: "alarms", timeout: "10min" }),
        delivery_unit: renderUnit({
          Unit: {
            Description: describeUnit(`Delivery of an alarm of the deployment ${deployment}`, labels),
            StartLimitIntervalSec: "0",
          },
          Service: this.deliveryService(),
        }),
        ...(delivery.script !== undefined && { deliver: delivery.script }),
      },
      secrets: delivery.secrets,
    };
  }

  /** What comes from elsewhere, and goes there, is nothing that root handles. */
  private deliveryService(): Record<string, string> {
    const { componentName, folder } = this;
    const state = `/var/lib/cdktf-zato/components/${componentName}`;
    return {
      SyslogIdentifier: componentName,
      Type: "oneshot",
      ExecStart: `${folder}/deliver`,
      StandardInput: `file:${state}/message`,
      // Read by systemd, as root. Credentials of its own need mounts that reach it, which containers do not have.
      EnvironmentFile: `${state}/environment`,
      TimeoutStartSec: "60s",
      UMask: "0077",
      DynamicUser: "true",
      CapabilityBoundingSet: "",
      PrivateDevices: "true",
      ProtectHome: "true",
      ProtectProc: "invisible",
      RestrictNamespaces: "true",
    };
  }
}
