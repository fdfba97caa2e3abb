import { Annotations, Lazy, TerraformOutput, TerraformStack } from "cdktf";
import { Construct, IConstruct } from "constructs";
import { Affinity, ContentDeclaration } from "../content";
import { DeclaredDeployment } from "../document";
import { HealthCheck, IExternalLoadBalancer, LoadBalancerPool } from "../load-balancing";
import { DocumentWriter, inLastingOrder } from "../remote";
import {
  ConstructError,
  hostPort,
  requireName,
  requireOpaque,
  requireOwnFramework,
  requireRequestTimeout,
  requireWhole,
} from "../validation";
import { ICluster, IContentTarget, MemberTls, ZatoCluster } from "../zato";
import { composeClusters } from "./cluster-composition";
import { joinDeployment, validateClusters } from "./cluster-independence";
import { HighAvailabilityDeploymentProps } from "./high-availability-deployment-props";

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
export class HighAvailabilityDeployment<Cluster extends ICluster = ZatoCluster> extends ContentDeclaration {
  /** What stands in front of the clusters, if it was given. */
  public readonly loadBalancer?: IExternalLoadBalancer;

  /** How a cluster's health is found out. */
  public readonly healthCheck: HealthCheck;

  public readonly exclusiveContent: boolean;

  private readonly members: Cluster[];
  private readonly affinity: Affinity;
  private readonly maxConnectionsPerCluster: number;
  private readonly requestTimeout: number;
  private readonly logsRequests: boolean;
  private readonly drainedClusters: readonly string[];
  private readonly outputs: Record<string, string> = {};

  /**
   * @throws ConstructError when there is no cluster, hosts and clusters are both given, `installation` is missing, two
   * clusters share a failure domain, an ODB or a Redis, `schedulerCluster` or `drainedClusters` name none of the clusters, or the scheduler's host is lost
   */
  constructor(scope: Construct, id: string, props: HighAvailabilityDeploymentProps<Cluster>) {
    super(scope, id);
    requireOwnFramework(this);
    requireName(this, "id of a deployment", id);
    this.healthCheck = new HealthCheck(this, { ...props.loadBalancer?.healthCheckDefaults, ...props.healthCheck });
    this.exclusiveContent = props.exclusiveContent ?? false;
    this.affinity = requireOpaque(this, "'affinity'", Affinity, props.affinity ?? Affinity.NONE);
    this.maxConnectionsPerCluster = requireWhole(
      this,
      "the number of connections per cluster",
      props.maxConnectionsPerCluster ?? 2000,
      1,
    );
    this.requestTimeout = requireRequestTimeout(this, props.requestTimeout ?? 60);
    this.logsRequests = props.accessLog ?? false;
    this.members = composeClusters(this, props);
    validateClusters(this, this.members);
    this.members.forEach((cluster) => joinDeployment(this, cluster));
    if (this.members.length === 1) {
      Annotations.of(this).addWarning(
        `${this.node.path}: one cluster is not highly available; add a second host in another failure domain`,
      );
    }
    this.orderClusters();
    this.chooseScheduler(props.schedulerCluster);
    this.drainedClusters = props.drainedClusters ?? [];
    this.requireUndrainedCluster();
    this.loadBalancer = props.loadBalancer;
    this.loadBalancer?.bindPool({
      pool: () => this.pool,
      readyClusters: (member) =>
        this.members
          .filter(({ clusterName }) => clusterName === (member ?? clusterName))
          .flatMap(({ components }) => components),
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
      });
    }
    this.addOutputs();
    DocumentWriter.of(this).add("deployments", () => this.describe());
  }

  /** The clusters, in the order in which they were given. They are updated in that of their names. */
  public get clusters(): Cluster[] {
    return [...this.members];
  }

  protected get contentClusters(): readonly IContentTarget[] {
    return this.members.flatMap(({ contentTarget }) => contentTarget ?? []);
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
      healthCheck: this.healthCheck,
      affinity: this.affinity,
      stickyPaths: this.stickyPaths,
      maxConnectionsPerMember: this.maxConnectionsPerCluster,
      requestTimeout: this.requestTimeout,
      logsRequests: this.logsRequests,
    };
  }

  private orderClusters(): void {
    const ordered = inLastingOrder(this.members, ({ clusterName }) => clusterName);
    ordered.slice(1).forEach((cluster, position) => cluster.startAfter(ordered[position]!));
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
      this.output("entry_address", () => hostPort(loadBalancer.entryAddress, loadBalancer.entryPort));
      this.output("entry_url", () => entryUrl(loadBalancer));
    }
    this.output("web_admin_urls", () =>
      Object.fromEntries(
        this.members.flatMap(({ clusterName, webAdmin }) => (webAdmin ? [[clusterName, webAdmin.url]] : [])),
      ),
    );
    this.output("pool", () => ({
      members: this.pool.members.map(({ isDrained, ...member }) => ({ ...member, drained: isDrained })),
      ...(this.pool.tls && { tls: { ca: this.pool.tls.ca, server_name: this.pool.tls.serverName } }),
      health_check: { ...this.healthCheck, expect: 200 },
      affinity: this.affinity.kind,
      sticky_paths: this.stickyPaths.map(({ path, affinity }) => ({ path, affinity: affinity.kind })),
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
    const drained = this.members.filter(({ clusterName }) => this.drainedClusters.includes(clusterName));
    return {
      path: this.node.path,
      clusters: this.members.map(({ node }) => node.path),
      ...(drained.length > 0 && { drained: drained.map(({ node }) => node.path) }),
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

function entryUrl({ usesTls, entryAddress, entryPort }: IExternalLoadBalancer): string {
  const [scheme, usualPort] = usesTls ? ["https", 443] : ["http", 80];
  const address = hostPort(entryAddress, entryPort);
  return `${scheme}://${entryPort === usualPort ? address.slice(0, -`:${entryPort}`.length) : address}`;
}
