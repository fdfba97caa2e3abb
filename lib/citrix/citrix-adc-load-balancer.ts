import { TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { Affinity } from "../content";
import {
  ApplianceLoadBalancer,
  ApplianceLoadBalancerProps,
  HealthCheck,
  HealthCheckProps,
  LoadBalancerAbilities,
  LoadBalancerPool,
  PoolMember,
} from "../load-balancing";
import { standInProvider, VendorResource } from "../remote";
import { AppRegistry, ConstructError, requireAll, requireEach, requireIpAddress, requireLine } from "../validation";
import { CITRIX_ADC, CitrixAdcProvider } from "./citrix-adc-provider";
import { privatePathsRule, redirectTarget } from "./citrix-expressions";

/** TLS, by what is on the device already, so that no key touches Terraform. */
export interface CitrixTls {
  /** The name of a certificate-key pair of the device. */
  readonly certKey: string;

  /**
   * The name of an SSL profile of the device: versions and ciphers.
   *
   * @default - what the device does by itself
   */
  readonly sslProfile?: string;
}

/** What a {@link CitrixAdcLoadBalancer} is declared with. */
export interface CitrixAdcLoadBalancerProps extends ApplianceLoadBalancerProps {
  /**
   * TLS, by what is on the device already.
   *
   * @default - none: clients speak HTTP
   */
  readonly tls?: CitrixTls;

  /**
   * The device, where the stack has several.
   *
   * @default - the one that environment variables name
   */
  readonly provider?: CitrixAdcProvider;
}

const ofApps = new AppRegistry<CitrixAdcLoadBalancer>();

/** Minutes for which a client's address is remembered. */
const ADDRESS_MEMORY = 60;

const PERSISTENCE = {
  none: { persistencetype: "NONE" },
  source: { persistencetype: "SOURCEIP", timeout: ADDRESS_MEMORY },
  // A cookie that ends with the browser.
  cookie: { persistencetype: "COOKIEINSERT", cookiename: "ZATOCLUSTER", timeout: 0 },
};

/**
 * A virtual server of a Citrix ADC (NetScaler) in front of the clusters, configured by Citrix' Terraform provider. All
 * names on the device begin with `zato-` and the id.
 *
 * @example
 * new CitrixAdcLoadBalancer(this, "edge", { virtualAddress: "192.0.2.10", tls: { certKey: "esb.example.com" } });
 */
export class CitrixAdcLoadBalancer extends ApplianceLoadBalancer {
  /** The resource `citrixadc_lbvserver`. */
  public readonly virtualServer: TerraformResource;

  public override readonly healthCheckDefaults: HealthCheckProps = { interval: 3, timeout: 2 };

  protected readonly abilities: LoadBalancerAbilities = {
    kind: "a CitrixAdcLoadBalancer",
    affinities: [Affinity.SOURCE, Affinity.COOKIE],
    pathAffinities: [],
  };

  private readonly provider: CitrixAdcProvider;
  private readonly monitor: TerraformResource;
  private readonly redirectServer?: TerraformResource;

  /** @throws ConstructError for a name that the device does not take or that another one has there, and as all appliances do */
  constructor(scope: Construct, id: string, props: CitrixAdcLoadBalancerProps) {
    const provider =
      props.provider ??
      standInProvider(scope, CITRIX_ADC.name, (stack, name) => new CitrixAdcProvider(stack, name, {}, true));
    super(scope, id, props, props.tls !== undefined, { sharedIn: provider.device });
    this.provider = provider;
    this.requireOwnNames();
    this.monitor = this.addMonitor();
    this.virtualServer = this.addVirtualServer(props.tls);
    this.refusePrivatePaths();
    this.redirectServer = this.redirectsHttp ? this.addRedirect() : undefined;
  }

  protected override fill(pool: LoadBalancerPool): void {
    pool.members.forEach((member) => this.addService(member, pool));
  }

  protected override validatePool(pool: LoadBalancerPool): void {
    requireAll({
      pool: () => super.validatePool(pool),
      healthCheck: () => this.requireTimeToWait(pool.healthCheck),
      members: () =>
        requireEach(pool.members, ({ name, address }) =>
          requireIpAddress(this, `address of the cluster ${name} that Citrix takes`, address),
        ),
    });
  }

  private requireTimeToWait({ interval, timeout }: HealthCheck): void {
    if (timeout >= interval) {
      throw new ConstructError(
        this,
        `the health check waits ${timeout} seconds and begins anew every ${interval}, which Citrix does not take`,
        "set its 'timeout' below its 'interval'",
      );
    }
  }

  /** Of two whose names on a device are the same, the later one would change what is the other's. */
  private requireOwnNames(): void {
    const others = ofApps.of(this);
    const namesake = others.find(
      ({ node, provider }) => node.id === this.node.id && provider.device === this.provider.device,
    );
    if (namesake) {
      throw new ConstructError(
        this,
        `its names on the device, '${this.named()}' and so on, are those of ${namesake.node.path}`,
        "give one of the two another id",
      );
    }
    others.push(this);
  }

  private addMonitor(): TerraformResource {
    return this.add("monitor", "lbmonitor", [], () => {
      const { path, interval, timeout, rise, fall } = this.pool.healthCheck;
      return {
        monitorname: this.named("monitor"),
        type: "HTTP",
        httprequest: `GET ${path}`,
        customheaders: "Host: zato\r\n",
        respcode: ["200"],
        interval,
        // How often it asks when the cluster is down; half a minute by default.
        downtime: interval,
        resptimeout: timeout,
        retries: fall,
        successretries: rise,
      };
    });
  }

  private addVirtualServer(tls?: CitrixTls): TerraformResource {
    const server = this.add("Resource", "lbvserver", [], () => ({
      name: this.named(),
      servicetype: tls ? "SSL" : "HTTP",
      ipv46: this.entryAddress,
      port: this.entryPort,
      lbmethod: "ROUNDROBIN",
      clttimeout: this.pool.requestTimeout,
      ...PERSISTENCE[this.pool.affinity.kind],
      sslprofile: tls?.sslProfile,
    }));
    if (tls) {
      requireLine(this, "the name of the certificate-key pair", tls.certKey);
      this.add("certificate", "sslvserver_sslcertkey_binding", [server], () => ({
        vservername: this.named(),
        certkeyname: tls.certKey,
      }));
    }
    return server;
  }

  private refusePrivatePaths(): void {
    this.addPolicy("private-paths", this.virtualServer, this.named(), () => ({
      rule: privatePathsRule(this.pool, this.openPaths),
      action: "RESET",
    }));
  }

  /** A virtual server without services would be down, and would not redirect: it has those of the other one. */
  private addRedirect(): TerraformResource {
    const server = this.add("redirect", "lbvserver", [], () => ({
      name: this.named("redirect"),
      servicetype: "HTTP",
      ipv46: this.entryAddress,
      port: 80,
    }));
    const action = this.add("redirect-action", "responderaction", [], () => ({
      name: this.named("redirect"),
      type: "redirect",
      target: redirectTarget(this.entryPort),
      responsestatuscode: 301,
    }));
    this.addPolicy(
      "redirect",
      server,
      this.named("redirect"),
      () => ({ rule: "true", action: this.named("redirect") }),
      [action],
    );
    return server;
  }

  private addPolicy(
    id: string,
    server: TerraformResource,
    serverName: string,
    produce: () => Record<string, unknown>,
    after: readonly TerraformResource[] = [],
  ): void {
    const name = this.named(id);
    const policy = this.add(`${id}-policy`, "responderpolicy", after, () => ({ name, ...produce() }));
    this.add(`${id}-binding`, "lbvserver_responderpolicy_binding", [server, policy], () => ({
      name: serverName,
      policyname: name,
      priority: 100,
    }));
  }

  private addService(
    { name: cluster, address, port, isDrained }: PoolMember,
    { maxConnectionsPerMember, requestTimeout }: LoadBalancerPool,
  ): void {
    const name = this.named("cluster", cluster);
    const service = this.add(`service-${cluster}`, "service", [], () => ({
      name,
      servicetype: "HTTP",
      ip: address,
      port,
      maxclient: maxConnectionsPerMember,
      svrtimeout: requestTimeout,
      cip: "ENABLED",
      cipheader: "X-Forwarded-For",
      state: isDrained ? "DISABLED" : "ENABLED",
      // What is being worked on is finished, and the deploy waits for that.
      graceful: "YES",
      delay: requestTimeout,
      wait_until_disabled: true,
      disabled_timeout: `${requestTimeout + 30}s`,
      disabled_poll_delay: "1s",
      disabled_poll_interval: "2s",
    }));
    const checked = this.add(`monitor-${cluster}`, "service_lbmonitor_binding", [service, this.monitor], () => ({
      name,
      monitor_name: this.named("monitor"),
    }));
    // Without a check a service counts as up as soon as its port answers.
    const ready = [checked, ...this.readyCluster(cluster).map(({ desiredState }) => desiredState)];
    this.bindService(`member-${cluster}`, this.virtualServer, this.named(), name, ready);
    if (this.redirectServer) {
      this.bindService(`redirect-${cluster}`, this.redirectServer, this.named("redirect"), name, ready);
    }
  }

  private bindService(
    id: string,
    server: TerraformResource,
    serverName: string,
    service: string,
    ready: readonly TerraformResource[],
  ): void {
    this.add(id, "lbvserver_service_binding", [server, ...ready], () => ({
      name: serverName,
      servicename: service,
    }));
  }

  private named(...parts: string[]): string {
    return ["zato", this.node.id, ...parts].join("-");
  }

  private add(
    id: string,
    type: string,
    after: readonly TerraformResource[],
    produce: () => Record<string, unknown>,
  ): TerraformResource {
    return new VendorResource(this, id, {
      type: `citrixadc_${type}`,
      provider: this.provider,
      arguments: produce,
      after: () => after,
    });
  }
}
