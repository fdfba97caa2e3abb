import { TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { Affinity } from "../content";
import {
  ApplianceLoadBalancer,
  ApplianceLoadBalancerProps,
  LoadBalancerAbilities,
  LoadBalancerPool,
} from "../load-balancing";
import { Quoting, standInProvider, VendorResource } from "../remote";
import { ConstructError, requireAll, requireEach, requireOpaqueIfGiven, requireWhole } from "../validation";
import { isAddress, renderAs3Objects } from "./as3-application";
import { As3Objects } from "./as3-objects";
import { requireAs3Name, requireReferences, requireTenant } from "./as3-references";
import { BIG_IP, BigIpProvider } from "./big-ip-provider";
import { F5Snat } from "./f5-snat";
import { F5Tls } from "./f5-tls";
import { readRoutedAddress, requireRouteDomain } from "./route-domain";

/** What a {@link F5BigIpLoadBalancer} is declared with. */
export interface F5BigIpLoadBalancerProps extends ApplianceLoadBalancerProps {
  /**
   * The address on the device that clients use: IPv4 or IPv6, and nobody else's. With `%` and the number of a route domain of the
   * device behind it, `192.0.2.10%2`, the clusters are reached in that route domain too.
   */
  readonly virtualAddress: string;

  /**
   * The tenant of AS3, which is a partition of the device. By default it is this load balancer's own: whatever else is in
   * it is removed.
   */
  readonly tenant: string;

  /**
   * The name of the application in the tenant.
   *
   * @default - the id of the construct
   */
  readonly application?: string;

  /**
   * Whether the tenant is shared with others, and only the application is managed: per-application declarations, which
   * have to be allowed on the device (AS3 ≥ 3.50).
   *
   * @default false
   */
  readonly perApplication?: boolean;

  /**
   * TLS, by what is on the device already.
   *
   * @default - none: clients speak HTTP
   */
  readonly tls?: F5Tls;

  /**
   * Which address the clusters see requests come from. That of the client is in the header X-Forwarded-For in any case.
   *
   * @default F5Snat.AUTO
   */
  readonly snat?: F5Snat;

  /**
   * Further properties of the service, as AS3's reference names them, for example `allowVlans` or `policyWAF`.
   *
   * @default - none
   */
  readonly serviceProperties?: Readonly<Record<string, unknown>>;

  /**
   * Further objects of the application, to which the service's properties may refer, for example an `iRule`.
   *
   * @default - none
   */
  readonly objects?: As3Objects;

  /**
   * The device, where the stack has several.
   *
   * @default - the one that environment variables name
   */
  readonly provider?: BigIpProvider;
}

const BRAND = Symbol.for("cdktf-zato/F5BigIpLoadBalancer");

/** The oldest version of AS3 that knows all that is declared. */
const SCHEMA_VERSION = "3.50.0";

/**
 * A virtual server of an F5 BIG-IP in front of the clusters, declared to the device's AS3 by F5's Terraform provider.
 *
 * @example
 * new F5BigIpLoadBalancer(this, "edge", {
 *   virtualAddress: "192.0.2.10",
 *   tenant: "Zato",
 *   tls: F5Tls.profile("/Common/esb.example.com"),
 * });
 */
export class F5BigIpLoadBalancer extends ApplianceLoadBalancer {
  /** The resource `bigip_as3`. */
  public readonly resource: TerraformResource;

  protected readonly abilities: LoadBalancerAbilities = {
    kind: "an F5BigIpLoadBalancer",
    affinities: [Affinity.SOURCE, Affinity.COOKIE],
    pathAffinities: [Affinity.NONE, Affinity.SOURCE, Affinity.COOKIE],
  };

  private readonly provider: BigIpProvider;
  private readonly props: F5BigIpLoadBalancerProps;
  private readonly application: string;
  private readonly routeDomain: number;

  /**
   * @throws ConstructError for names that AS3 does not take, names of what is on the device that cannot be such, a
   * property or object that is rendered already, or references that lead nowhere; and as all appliances do
   */
  constructor(scope: Construct, id: string, props: F5BigIpLoadBalancerProps) {
    const { address, routeDomain } = readRoutedAddress(props.virtualAddress);
    const provider =
      props.provider ?? standInProvider(scope, BIG_IP.name, (stack, name) => new BigIpProvider(stack, name, {}, true));
    const application = props.application ?? id;
    super(
      scope,
      id,
      { ...props, virtualAddress: address },
      props.tls !== undefined,
      {
        sharedIn: props.perApplication ? `${provider.device}, tenant ${props.tenant}` : undefined,
        network: routeDomain === 0 ? undefined : `${provider.device}, route domain ${routeDomain}`,
      },
      (self) => ({
        routeDomain: () => requireRouteDomain(self, routeDomain),
        tls: () => requireOpaqueIfGiven(self, "'tls'", F5Tls, props.tls),
        snat: () => requireOpaqueIfGiven(self, "'snat'", F5Snat, props.snat),
        application: () => requireAs3Name(self, "an application", application),
        tenant: () => requireTenant(self, props.tenant),
        objects: () => requireEach(Object.keys(props.objects ?? {}), (name) => requireAs3Name(self, "an object", name)),
      }),
    );
    this.props = props;
    this.provider = provider;
    this.routeDomain = routeDomain;
    this.application = application;
    Object.defineProperty(this, BRAND, { value: true });
    this.resource = new VendorResource(this, "Resource", {
      type: "bigip_as3",
      provider: this.provider,
      arguments: () => ({
        as3_json: Quoting.JSON.tokens(JSON.stringify(this.declaration())),
        tenant_name: props.perApplication ? props.tenant : undefined,
        // The device adds some by itself.
        ignore_metadata: true,
      }),
      after: () => this.readyClusters,
      // Another tenant of its own the provider notices; an application it would leave in the tenant that has it.
      identity: props.perApplication ? `application in ${props.tenant}` : "tenant",
    });
  }

  protected override validatePool(pool: LoadBalancerPool): void {
    const { detectionTime, rise, interval } = pool.healthCheck;
    const [noticed, back] = ["in which F5 notices a dead cluster", "after which F5 takes a cluster back"];
    requireAll({
      pool: () => super.validatePool(pool),
      noticed: () => requireWhole(this, `the time, in seconds, ${noticed},`, detectionTime, 1, 900),
      back: () => requireWhole(this, `the time, in seconds, ${back},`, (rise - 1) * interval, 0, 1800),
      members: () => this.requireRoutedMembers(pool),
      additions: () => this.requireAdditions(),
      references: () => requireReferences(this, this.objects()),
      place: () => this.requireOwnPlace(),
    });
  }

  private requireAdditions(): void {
    const { objects = {}, serviceProperties = {} } = this.props;
    const rendered = this.rendered();
    const taken = [
      ...Object.keys(objects).filter((name) => name in rendered),
      ...Object.keys(serviceProperties).filter((name) => name in rendered.service!),
    ];
    if (taken.length > 0) {
      throw new ConstructError(
        this,
        `'${taken.join("' and '")}' would replace what is rendered from the deployment`,
        "give objects other names, and set such properties by the load balancer's or the deployment's own",
      );
    }
  }

  /** A name is looked up in the default route domain of the tenant. */
  private requireRoutedMembers({ members }: LoadBalancerPool): void {
    const named = members.find(({ address }) => !isAddress(address));
    if (this.routeDomain !== 0 && named) {
      throw new ConstructError(
        this,
        `the cluster ${named.name} is at '${named.address}', and names cannot be in the route domain ${this.routeDomain}`,
        "give its host by an IP address",
      );
    }
  }

  /** Of two that declare the same place of a device, in whatever stack, the later one would take it from the other. */
  private requireOwnPlace(): void {
    const rival = this.node.root.node
      .findAll()
      .filter((node): node is F5BigIpLoadBalancer => node !== this && BRAND in node)
      .find((other) => other.provider.device === this.provider.device && this.collidesWith(other));
    if (rival) {
      throw new ConstructError(
        this,
        `it would replace ${rival.node.path} in the tenant '${this.props.tenant}'`,
        "give each a tenant of its own, or set 'perApplication' on both and different 'application's",
      );
    }
  }

  private collidesWith(other: F5BigIpLoadBalancer): boolean {
    const bothShare = this.props.perApplication && other.props.perApplication;
    return this.props.tenant === other.props.tenant && !(bothShare && this.application !== other.application);
  }

  private declaration(): object {
    const { tenant, perApplication } = this.props;
    const application = { [this.application]: { class: "Application", ...this.objects() } };
    return perApplication
      ? { schemaVersion: SCHEMA_VERSION, ...application }
      : {
          class: "AS3",
          action: "deploy",
          persist: true,
          declaration: {
            class: "ADC",
            schemaVersion: SCHEMA_VERSION,
            id: `cdktf-zato-${tenant}`,
            [tenant]: { class: "Tenant", ...application },
          },
        };
  }

  private objects(): As3Objects {
    const { service, ...others } = this.rendered();
    return { service: { ...service!, ...this.props.serviceProperties }, ...others, ...this.props.objects };
  }

  private rendered(): As3Objects {
    const { tls, snat } = this.props;
    return renderAs3Objects({
      virtualAddress: this.entryAddress,
      routeDomain: this.routeDomain,
      port: this.entryPort,
      tls,
      redirectsHttp: this.redirectsHttp,
      snat: snat ?? F5Snat.AUTO,
      pool: this.pool,
      openPaths: this.openPaths,
    });
  }
}
