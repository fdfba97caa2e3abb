import { Annotations, Lazy, TerraformOutput, TerraformStack } from "cdktf";
import { Construct, IConstruct } from "constructs";
import { Affinity, ClusterContent } from "../content";
import { DeclaredDeployment } from "../document";
import { HealthCheck, IExternalLoadBalancer, LoadBalancerPool } from "../load-balancing";
import { DocumentWriter, inLastingOrder } from "../remote";
import {
  ConstructError,
  hostPort,
  requireAll,
  requireName,
  requireOpaque,
  requireOwnFramework,
  requireRequestTimeout,
  requireWhole,
} from "../validation";
import { ICluster, MemberTls, ZatoCluster } from "../zato";
import { entryUrl } from "./entry-url";
import { composeClusters, CONTENT } from "./cluster-composition";
import { joinDeployment, validateClusters } from "./cluster-independence";
import { DeploymentAlarms } from "./deployment-alarms";
import { DeploymentHosts } from "./deployment-hosts";
import { DeploymentMetrics } from "./deployment-metrics";
import { HighAvailabilityDeploymentProps } from "./high-availability-deployment-props";
import { HooksOfDeployment, RolloutHooks } from "./rollout-hooks";

/** HAProxy and F5 count in 32 bits. */
const MAX_CONNECTIONS = 2 ** 31 - 1;

/**
 * Independent Zato clusters behind one address. Either machine can be lost, updated or rebuilt; the clusters are
 * updated one after the other, and exactly one of their schedulers runs.
 *
 * @example
 * new HighAvailabilityDeployment(this, "zato", {
 *   hosts: [host1, host2],
 *   installation: ZatoInstallation.archive({ url: "https://…/zato-3.3.tar.gz", sha256: "…" }),
 *   loadBalancer: new ExistingLoadBalancer(this, "edge", { address: "192.0.2.10" }),
 * });
 */
export class HighAvailabilityDeployment<Cluster extends ICluster = ZatoCluster> extends Construct {
  /** What stands in front of the clusters, if it was given. */
  public readonly loadBalancer?: IExternalLoadBalancer;

  /** How a cluster's health is found out. */
  public readonly healthCheck: HealthCheck;

  /** What all clusters run. */
  public readonly content: ClusterContent;

  private readonly members: Cluster[];
  private readonly affinity: Affinity;
  private readonly maxConnectionsPerCluster: number;
  private readonly requestTimeout: number;
  private readonly logsRequests: boolean;
  private readonly drainedClusters: readonly string[];
  private readonly outputs: Record<string, string> = {};

  /**
   * @throws ConstructError when there is no cluster, hosts and clusters are both given, `installation` is missing, two
   * clusters share a failure domain, an ODB or a Redis, `schedulerCluster` or `drainedClusters` name none of the clusters, or the scheduler's host is lost,
   * or what `metrics` or `alarms` are told cannot be
   */
  constructor(scope: Construct, id: string, props: HighAvailabilityDeploymentProps<Cluster>) {
    super(scope, id);
    requireOwnFramework(this);
    requireName(this, "id of a deployment", id);
    this.loadBalancer = props.loadBalancer;
    const { healthCheck, affinity, connections, requestTimeout } = requireAll({
      healthCheck: () => new HealthCheck(this, { ...props.loadBalancer?.healthCheckDefaults, ...props.healthCheck }),
      affinity: () => requireOpaque(this, "'affinity'", Affinity, props.affinity ?? Affinity.NONE),
      connections: () =>
        requireWhole(
          this,
          "the number of connections per cluster",
          props.maxConnectionsPerCluster ?? 2000,
          1,
          MAX_CONNECTIONS,
        ),
      requestTimeout: () => requireRequestTimeout(this, props.requestTimeout ?? 60),
    });
    this.affinity = affinity;
    this.maxConnectionsPerCluster = connections;
    this.requestTimeout = requestTimeout;
    this.logsRequests = props.accessLog ?? false;
    this.members = composeClusters(this, props);
    validateClusters(this, this.members);
    this.healthCheck = this.patientCheck(healthCheck, props);
    this.healthCheck.requireServiceInReach(this, this.privatePaths);
    this.members.forEach((cluster) => joinDeployment(this, cluster));
    this.content = new ClusterContent(this, CONTENT, {
      clusters: this.members.flatMap(({ contentTarget }) => contentTarget ?? []),
      exclusiveContent: props.exclusiveContent,
    });
    if (this.members.length === 1) {
      Annotations.of(this).addWarning(
        `${this.node.path}: one cluster is not highly available; add a second host in another failure domain`,
      );
    }
    this.orderClusters(props);
    this.chooseScheduler(props.schedulerCluster);
    this.drainedClusters = props.drainedClusters ?? [];
    this.requireUndrainedCluster();
    const hosts = new DeploymentHosts(this.members, this.loadBalancer);
    const metrics = props.metrics && new DeploymentMetrics(this, props.metrics, hosts);
    this.loadBalancer?.bindPool({
      pool: () => this.pool,
      readyClusters: (member) =>
        this.members
          .filter(({ clusterName }) => clusterName === (member ?? clusterName))
          .flatMap(({ components }) => components),
      exporter: metrics?.inFront,
    });
    for (const cluster of this.members) {
      const others = this.members.filter((other) => other !== cluster);
      cluster.serve({
        requestTimeout: this.requestTimeout,
        logsRequests: this.logsRequests,
        healthPath: this.healthCheck.path,
        forwarded: this.loadBalancer?.forwardedClients,
        sources: () => this.sourcesOf(cluster),
        others: () => others.map(({ healthUrl }) => healthUrl),
        noticeSeconds: this.healthCheck.noticeTime,
        exporter: metrics?.ofClusters,
      });
    }
    if (props.alarms) {
      new DeploymentAlarms(this, props.alarms, hosts);
    }
    this.addOutputs();
    if (metrics) {
      this.output("metrics_targets", () => metrics.targets);
    }
    DocumentWriter.of(this).add("deployments", () => this.describe());
  }

  /** The clusters, in the order in which they were given. They are updated in that of their names. */
  public get clusters(): Cluster[] {
    return [...this.members];
  }

  /** What the external load balancer spreads requests over. */
  public get pool(): LoadBalancerPool {
    return {
      members: this.members.map((cluster) => ({
        name: cluster.clusterName,
        address: cluster.memberAddress,
        port: cluster.memberPort,
        isDrained: this.drainedClusters.includes(cluster.clusterName),
      })),
      tls: this.requireSameTls(),
      privatePaths: this.privatePaths,
      ...this.bodies,
      ...(this.members.every(({ saysNotExecuted }) => saysNotExecuted) && { saysNotExecuted: true }),
      healthCheck: this.healthCheck,
      affinity: this.affinity,
      stickyPaths: this.content.stickyPaths,
      maxConnectionsPerMember: this.maxConnectionsPerCluster,
      requestTimeout: this.requestTimeout,
      logsRequests: this.logsRequests,
    };
  }

  /** The check that is declared, or with as much time as the clusters ask for where none is said. */
  private patientCheck(
    check: HealthCheck,
    { healthCheck, loadBalancer }: HighAvailabilityDeploymentProps<Cluster>,
  ): HealthCheck {
    const timeout = Math.max(check.timeout, ...this.members.map(({ leastCheckTimeout = 0 }) => leastCheckTimeout));
    const defaults = loadBalancer?.healthCheckDefaults;
    // Kinds of balancers with defaults of their own want a check to end before the next one begins.
    const interval = defaults?.interval && Math.max(defaults.interval, timeout + 1);
    const patient =
      timeout === check.timeout ? check : new HealthCheck(this, { ...defaults, interval, timeout, ...healthCheck });
    patient.requirePatience(this, this.members);
    return patient;
  }

  /** Where all clusters refuse a body, balancers in front may do so. */
  private get bodies(): Pick<LoadBalancerPool, "takesChunks" | "largestBody"> {
    const limits = this.members.map(({ largestBody = Infinity }) => largestBody);
    const largestBody = Math.max(...limits);
    return {
      ...(this.members.every(({ takesChunks = true }) => !takesChunks) && { takesChunks: false }),
      ...(largestBody !== Infinity && { largestBody }),
    };
  }

  private get privatePaths(): string[] {
    return [...new Set(this.members.flatMap(({ privatePaths }) => privatePaths))];
  }

  private orderClusters(hooks: HooksOfDeployment): void {
    const clusters = inLastingOrder(this.members, ({ clusterName }) => clusterName);
    const steps = new RolloutHooks(this, { hooks, clusters, loadBalancer: this.loadBalancer });
    clusters.slice(1).forEach((cluster, position) => cluster.startAfter(steps.turnOf(clusters[position]!)));
  }

  private chooseScheduler(clusterName: string | undefined): void {
    const holders = this.members.flatMap((cluster) =>
      cluster.scheduler ? [{ clusterName: cluster.clusterName, scheduler: cluster.scheduler }] : [],
    );
    const active =
      clusterName === undefined
        ? (holders.find(({ scheduler }) => scheduler.runsAnyway) ??
          holders.find(({ scheduler }) => scheduler.canRun) ??
          holders[0])
        : requireCluster(this, holders, clusterName, "whose scheduler could run", "schedulerCluster");
    if (!active) {
      return;
    }
    if (!active.scheduler.canRun) {
      throw new ConstructError(
        this,
        `the scheduler of '${active.clusterName}' cannot run, since its host is declared lost`,
        "leave 'schedulerCluster' out or name another cluster, of which one must be left",
      );
    }
    const others = holders.filter((holder) => holder !== active).map(({ scheduler }) => scheduler);
    others.forEach((scheduler) => scheduler.deactivate());
    // Stopped everywhere else before it is started here: no job runs twice while it moves.
    active.scheduler.startAfter(() => others);
  }

  /** The balancer, and the other clusters' hosts, which make sure that this one answers before they stop theirs. */
  private sourcesOf(cluster: Cluster): readonly string[] | undefined {
    const networks = this.loadBalancer?.sourceNetworks;
    const others = this.members.filter((other) => other !== cluster).map(({ memberAddress }) => memberAddress);
    return networks && [...new Set([...networks, ...others])];
  }

  private requireSameTls(): MemberTls | undefined {
    const [first, ...others] = this.members.map(({ memberTls }) => memberTls);
    if (others.some((tls) => tls?.ca !== first?.ca || tls?.serverName !== first?.serverName)) {
      throw new ConstructError(
        this,
        "the clusters' load-balancers do not all speak TLS, or not with the same 'ca' and 'serverName'",
        "give each of them the same; 'ca' may hold several certificates",
      );
    }
    return first && { ca: first.ca, serverName: first.serverName };
  }

  private requireUndrainedCluster(): void {
    this.drainedClusters.forEach((name) =>
      requireCluster(this, this.members, name, "to be drained", "drainedClusters"),
    );
    if (this.members.every(({ clusterName }) => this.drainedClusters.includes(clusterName))) {
      throw new ConstructError(
        this,
        `all clusters are drained: '${this.drainedClusters.join("', '")}'`,
        "leave one out of 'drainedClusters', which answers meanwhile",
      );
    }
  }

  private addOutputs(): void {
    const { loadBalancer } = this;
    if (loadBalancer) {
      this.output("entry_address", () => loadBalancer.entryAddress);
      this.output("entry_port", () => loadBalancer.entryPort);
      this.output("entry_url", () => entryUrl(loadBalancer));
    }
    this.output("web_admin", () =>
      Object.fromEntries(
        this.members.flatMap(({ clusterName, webAdmin }) =>
          webAdmin ? [[clusterName, { url: webAdmin.url, open_with: webAdmin.openWith ?? null }]] : [],
        ),
      ),
    );
    const { servicePath, ...health } = this.healthCheck;
    this.output("pool", () => ({
      members: this.pool.members.map(({ isDrained, ...member }) => ({ ...member, drained: isDrained })),
      ...(this.pool.tls && { tls: { ca: this.pool.tls.ca, server_name: this.pool.tls.serverName } }),
      private_paths: this.pool.privatePaths,
      health_check: { ...health, expect: 200, ...(servicePath !== undefined && { service_path: servicePath }) },
      affinity: this.affinity.kind,
      sticky_paths: this.content.stickyPaths.map(({ path, affinity }) => ({ path, affinity: affinity.kind })),
      max_connections_per_member: this.maxConnectionsPerCluster,
      request_timeout: this.requestTimeout,
    }));
    this.output("clusters", () =>
      Object.fromEntries(
        this.members.map((cluster) => [
          cluster.clusterName,
          {
            host: cluster.memberAddress,
            load_balancer: hostPort(cluster.memberAddress, cluster.memberPort),
            scheduler: cluster.scheduler?.isActive ? "active" : "inactive",
            servers: Object.fromEntries(
              (cluster.servers ?? []).map(({ serverName, address, workers }) => [serverName, { address, workers }]),
            ),
          },
        ]),
      ),
    );
  }

  /** Servers may still be added: an output is made of what there is at synth. */
  private output(name: string, produce: () => unknown): void {
    const logicalId = `${this.node.id}_${name}`;
    const others = TerraformStack.of(this)
      .node.findAll()
      .filter((node) => TerraformOutput.isTerraformOutput(node));
    if (others.some((other) => other.friendlyUniqueId === logicalId)) {
      throw new ConstructError(
        this,
        `there is already an output '${logicalId}' in the stack, and Terraform would lose one of the two`,
        "give the deployment another id",
      );
    }
    const output = new TerraformOutput(this, name, { value: Lazy.anyValue({ produce }) });
    output.overrideLogicalId(logicalId);
    this.outputs[name] = logicalId;
  }

  /** What the stack's document says of it. */
  private describe(): DeclaredDeployment {
    const { loadBalancer } = this;
    return {
      path: this.node.path,
      clusters: this.members.map(({ node }) => node.path),
      drained: this.members
        .filter(({ clusterName }) => this.drainedClusters.includes(clusterName))
        .map(({ node }) => node.path),
      healthPath: this.healthCheck.path,
      ...(this.healthCheck.servicePath !== undefined && { servicePath: this.healthCheck.servicePath }),
      ...(loadBalancer && {
        loadBalancer: {
          path: loadBalancer.node.path,
          address: loadBalancer.entryAddress,
          port: loadBalancer.entryPort,
          tls: loadBalancer.usesTls,
        },
      }),
      outputs: this.outputs,
    };
  }
}

function requireCluster<T extends { readonly clusterName: string }>(
  scope: IConstruct,
  clusters: readonly T[],
  name: string,
  purpose: string,
  prop: string,
): T {
  const found = clusters.find(({ clusterName }) => clusterName === name);
  if (!found) {
    throw new ConstructError(
      scope,
      `there is no cluster '${name}' ${purpose}`,
      `set '${prop}' to one of ${clusters.map(({ clusterName }) => `'${clusterName}'`).join(", ")}`,
    );
  }
  return found;
}
