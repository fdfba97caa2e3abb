import { TerraformResource } from "cdktf";
import { Construct, IConstruct } from "constructs";
import { IExternalLoadBalancer } from "../load-balancing";
import {
  isComponent,
  PreflightBarrier,
  Predecessor,
  RemoteComponent,
  terraformAddress,
  terraformText,
} from "../remote";
import { hostPort, requireOpaqueIfGiven } from "../validation";
import { ICluster, IUpdatedInTurn } from "../zato";
import { entryUrl } from "./entry-url";
import { Hook } from "./hook";
import { HookOccasion, HookStep } from "./hook-step";

/** The hooks of a deployment. */
export interface HooksOfDeployment {
  /**
   * Runs before anything is deployed, once all hosts are checked, wherever something has changed that is declared on a host. Where it
   * fails, nothing of the stack is deployed.
   *
   * @default - nothing runs
   */
  readonly beforeRollout?: Hook;

  /**
   * Runs for each cluster to which something was deployed, when it answers and before the next one is touched: a test of that cluster
   * alone. Where it fails, the next ones stay as they were.
   *
   * @default - nothing runs
   */
  readonly afterCluster?: Hook;

  /**
   * Runs when all clusters, and what stands in front of them, are as declared, and something was deployed.
   *
   * @default - nothing runs
   */
  readonly afterRollout?: Hook;
}

/** What hooks are about. */
export interface RolloutProps {
  readonly hooks: HooksOfDeployment;
  /** In the order in which they are updated. */
  readonly clusters: readonly ICluster[];
  /** What stands in front of them. */
  readonly loadBalancer?: IExternalLoadBalancer;
}

/** The steps of a deployment's rollout that run hooks. */
export class RolloutHooks extends Construct {
  private readonly props: RolloutProps;
  private readonly afterClusters = new Map<ICluster, HookStep>();

  /** @throws ConstructError when a hook is none, or its script is none that could run */
  constructor(deployment: Construct, props: RolloutProps) {
    // No cluster can have a name with a dot.
    super(deployment, ".hooks");
    this.props = props;
    const { clusters } = props;
    const given = (property: keyof HooksOfDeployment): Hook | undefined =>
      requireOpaqueIfGiven(deployment, `'${property}'`, Hook, props.hooks[property]);
    const [beforeRollout, afterCluster, afterRollout] = [
      given("beforeRollout"),
      given("afterCluster"),
      given("afterRollout"),
    ];
    if (beforeRollout) {
      const barrier = PreflightBarrier.of(this);
      const step: HookStep = new HookStep(this, "before-rollout", {
        hook: beforeRollout,
        property: "beforeRollout",
        label: "beforeRollout",
        leaves: "nothing was deployed",
        occasion: () => this.beforeChanges(step, barrier),
      });
      barrier.addGate(step.desiredState);
    }
    if (afterCluster) {
      clusters.forEach((cluster, position) => {
        const step = new HookStep(this, `after-cluster-${cluster.clusterName}`, {
          hook: afterCluster,
          property: "afterCluster",
          label: `afterCluster of ${cluster.clusterName}`,
          leaves: leaves(clusters, position),
          occasion: () => this.whenAsDeclared(cluster),
        });
        this.afterClusters.set(cluster, step);
      });
    }
    if (afterRollout) {
      new HookStep(this, "after-rollout", {
        hook: afterRollout,
        property: "afterRollout",
        label: "afterRollout",
        leaves: ALL_AS_DECLARED,
        occasion: () => this.whenAllIsAsDeclared(),
      });
    }
  }

  /** A cluster as the next one waits for it: until its hook has ended well. */
  public turnOf(cluster: ICluster): Pick<IUpdatedInTurn, "components"> {
    const step = this.afterClusters.get(cluster);
    return step
      ? {
          get components(): readonly Predecessor[] {
            return [...cluster.components, ...(step.hasOccasion ? [step] : [])];
          },
        }
      : cluster;
  }

  /** By all that brings something to a host, and not by the components themselves, which wait for it. */
  private beforeChanges(step: HookStep, barrier: PreflightBarrier): HookOccasion {
    const text = this.components()
      .filter(({ host }) => !host.isLost)
      .flatMap(({ node, _triggers }) => Object.entries(_triggers()).map(([name, value]) => [node.path, name, value]))
      .map(([path, name, value]) => `${terraformText(`${path} ${name}`)}\n${value}\n`)
      .join("");
    return {
      triggers: { changes: `\${sha256(local.${step.desiredState.friendlyUniqueId})}` },
      text,
      dependsOn: [...barrier.checks],
      about: { DEPLOYMENT: this.deployment.path },
      hosts: [],
    };
  }

  private whenAsDeclared(cluster: ICluster): HookOccasion | undefined {
    const { clusterName, components, memberAddress, memberPort, memberTls } = cluster;
    const states = components.map(({ desiredState }) => desiredState);
    return states.length === 0
      ? undefined
      : {
          triggers: { deployed: idsOf(states) },
          dependsOn: states,
          about: {
            DEPLOYMENT: this.deployment.path,
            CLUSTER: clusterName,
            ADDRESS: memberAddress,
            PORT: String(memberPort),
            URL: `${memberTls ? "https" : "http"}://${hostPort(memberAddress, memberPort)}`,
          },
          hosts: components.map(({ host }) => host),
        };
  }

  private whenAllIsAsDeclared(): HookOccasion {
    const { loadBalancer } = this.props;
    const states = this.components().map(({ desiredState }) => desiredState);
    // What follows on components too: a start, a comparison, another hook; and what a balancer consists of that is no component.
    const others = this.roots
      .flatMap(({ node }) => node.findAll())
      .filter((one) => TerraformResource.isTerraformResource(one))
      .filter((one) => !one.node.path.startsWith(`${this.node.path}/after-rollout/`))
      .filter((one) => !("isRendered" in one) || one.isRendered);
    return {
      triggers: { deployed: idsOf(states) },
      dependsOn: [...new Set([...states, ...others])],
      about: {
        DEPLOYMENT: this.deployment.path,
        ...(loadBalancer && {
          ADDRESS: loadBalancer.entryAddress,
          PORT: String(loadBalancer.entryPort),
          URL: entryUrl(loadBalancer),
        }),
      },
      hosts: [],
    };
  }

  /** All that is brought to a host for the deployment. */
  private components(): RemoteComponent[] {
    const own = this.roots.flatMap(({ node }) => node.findAll()).filter(isComponent);
    const firewalls = own.flatMap(({ host }) => host.firewall ?? []).filter(isComponent);
    return [...new Set([...own, ...firewalls])];
  }

  private get deployment(): IConstruct["node"] {
    return this.node.scope!.node;
  }

  private get roots(): readonly IConstruct[] {
    const { clusters, loadBalancer } = this.props;
    return [this.node.scope!, ...clusters, ...(loadBalancer ? [loadBalancer] : [])];
  }
}

const ALL_AS_DECLARED = "all clusters run what is declared";

function leaves(clusters: readonly ICluster[], position: number): string {
  const others = clusters.slice(position + 1).map(({ clusterName }) => clusterName);
  return others.length === 0
    ? ALL_AS_DECLARED
    : `${clusters[position]!.clusterName} runs what is declared; the servers, content and load-balancer of ${others.join(" and ")} ` +
        "stay as they were";
}

/** Another one whenever one of them was brought to its host. */
function idsOf(resources: readonly TerraformResource[]): string {
  return `\${sha256(join(" ", [${resources.map((one) => `${terraformAddress(one)}.id`).join(", ")}]))}`;
}
