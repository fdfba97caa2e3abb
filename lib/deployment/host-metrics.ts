import { Construct } from "constructs";
import { ComponentState, IRemoteHost, RemoteComponent } from "../remote";
import { labelsOf } from "../zato/systemd-unit";
import { timedScript } from "./timed-script";

/** What a {@link HostMetrics} is made from. */
interface HostMetricsProps {
  /** The machine that it tells of. */
  readonly host: IRemoteHost;
  /** The name of the deployment. */
  readonly deployment: string;
  /** The name of the cluster of the deployment that is there, if one is. */
  readonly cluster?: string;
  /** The name of the balancer in front that is there, if one is. */
  readonly balancer?: string;
  /** The folder that node_exporter reads text files from. */
  readonly directory: string;
}

/** A text file for node_exporter with what only this library knows of a deployment on a host, written by a timer. */
export class HostMetrics extends RemoteComponent {
  private readonly props: HostMetricsProps;

  constructor(scope: Construct, id: string, props: HostMetricsProps) {
    super(scope, id, { host: props.host, kind: "metrics", name: `${props.deployment}-metrics` });
    this.props = props;
    this.machine.takenFolders.keepOut(this, "the folder of node_exporter's text files", () => [props.directory], [
      "/opt/zato",
    ]);
    this.machine.claims.claim(this, this, [this.unit, this.timer, `${props.directory}/${this.file}`]);
  }

  private get unit(): string {
    return `zato-${this.componentName}.service`;
  }

  private get timer(): string {
    return `zato-${this.componentName}.timer`;
  }

  private get file(): string {
    return `cdktf-zato-${this.props.deployment}.prom`;
  }

  protected override state(): ComponentState {
    const { componentName, unit, timer, file } = this;
    const { deployment, cluster, balancer, directory } = this.props;
    return {
      parameters: { unit, timer, directory, file, deployment, cluster: cluster ?? "", balancer: balancer ?? "" },
      files: timedScript({
        what: `Metrics of the deployment ${deployment}`,
        labels: labelsOf(this, componentName),
        script: "metrics",
        timeout: "50s",
      }),
    };
  }
}
