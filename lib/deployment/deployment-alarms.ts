import { Construct } from "constructs";
import { IHost } from "../host";
import { isComponent, RemoteComponent } from "../remote";
import { ConstructError, requireAll, requireOpaque, requireWhole } from "../validation";
import { AlarmDelivery } from "./alarm-delivery";
import { AlarmsOptions } from "./alarms-options";
import { DeploymentHosts } from "./deployment-hosts";
import { HostAlarms, WatchedCluster, WatchedMachine } from "./host-alarms";

/** The id of a deployment's alarms, which no cluster of its own can have. */
const ALARMS = "alarms";

const HOUR = 3600;

/** What the hosts of a deployment tell people, where no Prometheus does. */
export class DeploymentAlarms {
  /**
   * @throws ConstructError when messages go nowhere, numbers are none, or a cluster has the id that the alarms get
   */
  constructor(
    deployment: Construct,
    options: AlarmsOptions,
    private readonly hosts: DeploymentHosts,
  ) {
    if (deployment.node.tryFindChild(ALARMS)) {
      throw new ConstructError(
        deployment,
        `a cluster is '${ALARMS}', as is what tells people of all clusters`,
        "give the host another id, after which its cluster is named",
      );
    }
    const { delivery, repeatHours, repetitions } = requireAll({
      delivery: () => requireOpaque(deployment, "'to' of the alarms", AlarmDelivery, options.to)._render(deployment),
      repeatHours: () =>
        requireWhole(deployment, "the hours after which an alarm is repeated", options.repeatHours ?? 4, 1, 8760),
      repetitions: () => requireWhole(deployment, "the repetitions of an alarm", options.repetitions ?? 6, 0, 1000),
    });
    const scope = new Construct(deployment, ALARMS);
    for (const host of hosts.all) {
      new HostAlarms(scope, host.hostName, {
        host,
        deployment: deployment.node.id,
        cluster: hosts.clusterOn(host)?.clusterName,
        balancer: hosts.balancerOn(host),
        clusters: () => this.clusters,
        machines: hosts.clusterOn(host) ? [] : this.machinesBeside(host),
        delivery,
        repeatSeconds: repeatHours * HOUR,
        repetitions,
        // Who looks before all is there, finds that it is not.
      }).after(() => this.components);
    }
  }

  /** Those that may answer, in the order in which they were given. */
  private get clusters(): WatchedCluster[] {
    return this.hosts.clusters
      .filter(({ host }) => !host?.isLost)
      .map(({ clusterName, host, memberAddress, memberPort, healthUrl }) => ({
        name: clusterName,
        tells: host !== undefined,
        address: memberAddress,
        port: memberPort,
        healthUrl,
      }));
  }

  /** Other hosts of the balancer that have no cluster, to which firewalls let its hosts in by the port for clients. */
  private machinesBeside(host: IHost): WatchedMachine[] {
    const { loadBalancer } = this.hosts;
    return (loadBalancer?.hosts ?? [])
      .filter((other) => other !== host && !other.isLost && !this.hosts.clusterOn(other))
      .map(({ hostName, address }) => ({ name: hostName, address, port: loadBalancer!.entryPort }));
  }

  private get components(): RemoteComponent[] {
    const { clusters, loadBalancer } = this.hosts;
    return [
      ...clusters.flatMap(({ components }) => components),
      ...(loadBalancer?.node.findAll().filter(isComponent) ?? []),
    ];
  }
}
