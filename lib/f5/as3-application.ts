import { isIP } from "node:net";
import { Token } from "cdktf";
import { Affinity, StickyPath } from "../content";
import { LoadBalancerPool, PoolMember } from "../load-balancing";
import { As3Object, As3Objects } from "./as3-objects";
import { F5Snat } from "./f5-snat";
import { F5Tls } from "./f5-tls";
import { renderRoutedAddress } from "./route-domain";

/** What an AS3 application is rendered from. */
export interface As3ApplicationConfig {
  /** The route domain of the device in which clients, clusters and the virtual address are. */
  readonly routeDomain: number;
  readonly virtualAddress: string;
  readonly port: number;
  readonly tls?: F5Tls;
  readonly redirectsHttp: boolean;
  readonly snat: F5Snat;
  readonly pool: LoadBalancerPool;
  readonly openPaths: readonly string[];
}

/** After how many seconds without traffic the device's own TCP profiles give up. */
const IDLE_TIMEOUT = 300;

/** How long the device remembers where a client's address was sent to, in seconds: its own default. */
const ADDRESS_MEMORY = 180;

const PERSISTENCE = { none: [], source: ["source-address"], cookie: ["cookie"] };

/** Renders the objects of the application. Whatever AS3 would choose by itself to the contrary is said. */
export function renderAs3Objects(config: As3ApplicationConfig): As3Objects {
  const { pool, tls } = config;
  const { healthCheck } = pool;
  return {
    service: renderService(config),
    pool: {
      class: "Pool",
      monitors: [{ use: "monitor" }],
      members: pool.members.map((member) => renderMember(member, config)),
      reselectTries: pool.members.length - 1,
      // Connections to a dead cluster would hang.
      serviceDownAction: "reset",
    },
    monitor: {
      class: "Monitor",
      monitorType: "http",
      interval: healthCheck.interval,
      // F5 counts no failures: this is for how long no check was good.
      timeout: healthCheck.detectionTime,
      timeUntilUp: (healthCheck.rise - 1) * healthCheck.interval,
      // The device itself resolves the backslashes.
      send: `GET ${healthCheck.path} HTTP/1.1\\r\\nHost: zato\\r\\nConnection: close\\r\\n\\r\\n`,
      receive: "HTTP/1\\.[01] 200",
    },
    http: { class: "HTTP_Profile", xForwardedFor: true },
    ...(pool.requestTimeout > IDLE_TIMEOUT ? { tcp: { class: "TCP_Profile", idleTimeout: pool.requestTimeout } } : {}),
    paths: renderPaths(config),
    ...tls?._objects,
  };
}

function renderService({
  virtualAddress,
  routeDomain,
  port,
  tls,
  redirectsHttp,
  snat,
  pool,
}: As3ApplicationConfig): As3Object {
  const byCookie = [pool, ...pool.stickyPaths].some(({ affinity }) => affinity === Affinity.COOKIE);
  return {
    ...(tls
      ? { class: "Service_HTTPS", serverTLS: tls._serverTls, redirect80: redirectsHttp }
      : { class: "Service_HTTP" }),
    virtualAddresses: [renderRoutedAddress({ address: virtualAddress, routeDomain })],
    virtualPort: port,
    pool: "pool",
    snat: snat._snat,
    profileHTTP: { use: "http" },
    ...(pool.requestTimeout > IDLE_TIMEOUT ? { profileTCP: { use: "tcp" } } : {}),
    // Without, the cookie would be looked at once for each connection, not for each request.
    ...(byCookie ? { profileMultiplex: "basic" } : {}),
    persistenceMethods: PERSISTENCE[pool.affinity.kind],
    policyEndpoint: "paths",
  };
}

function renderMember({ address, port, isDrained }: PoolMember, config: As3ApplicationConfig): object {
  const { pool, routeDomain } = config;
  return {
    servicePort: port,
    // A device knows a host once: of two tenants with a cluster each on it, the second one would get status 422.
    shareNodes: true,
    ...(isAddress(address)
      ? { serverAddresses: [renderRoutedAddress({ address, routeDomain })] }
      : { addressDiscovery: "fqdn", hostname: address }),
    // "offline" would cut off what is being worked on.
    adminState: isDrained ? "disable" : "enable",
    connectionLimit: pool.maxConnectionsPerMember,
  };
}

/** Whether it is no name; a token counts as an address. */
export function isAddress(address: string): boolean {
  return Token.isUnresolved(address) || isIP(address) !== 0;
}

/** The first rule that matches decides. The device compares paths decoded and without detours. */
function renderPaths({ pool, openPaths }: As3ApplicationConfig): As3Object {
  return {
    class: "Endpoint_Policy",
    strategy: "first-match",
    rules: [
      {
        name: "private",
        conditions: [
          comparePath("starts-with", pool.privatePaths),
          comparePath("does-not-equal", [pool.healthCheck.path]),
          ...(openPaths.length > 0 ? [comparePath("does-not-start-with", openPaths)] : []),
        ],
        actions: [{ type: "drop", event: "request" }],
      },
      ...pool.stickyPaths.map((sticky, position) => ({
        name: `sticky_${position + 1}`,
        conditions: [comparePath("starts-with", [sticky.path])],
        actions: [{ type: "persist", event: "request", ...persistence(sticky) }],
      })),
    ],
  };
}

function comparePath(operand: string, values: readonly string[]): object {
  return { type: "httpUri", event: "request", path: { operand, values: [...values] }, normalized: true };
}

function persistence({ affinity }: StickyPath): object {
  const ways = {
    none: { disable: {} },
    source: { sourceAddress: { netmask: "255.255.255.255", timeout: ADDRESS_MEMORY } },
    cookie: { cookieInsert: { name: "ZATOCLUSTER", expiry: "1d00:00:00" } },
  };
  return ways[affinity.kind];
}
