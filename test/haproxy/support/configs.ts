import fc from "fast-check";
import { Affinity } from "../../../lib/content";
import { HealthCheck } from "../../../lib/load-balancing";
import { renderHaproxyConfig, type HaproxyConfig } from "../../../lib/load-balancing/haproxy-config";
import { everyAddressOf } from "../../../lib/zato/haproxy/binds";
import { renderExporter } from "../../../lib/zato/haproxy/exporter";
import { renderLoadBalancerConfig, type LoadBalancerConfig } from "../../../lib/zato/load-balancer-config";
import { ZatoRelease } from "../../../lib/zato/release";
import { newStack } from "../../support/stack";

/** Files that a configuration names. */
export interface NamedFiles {
  /** A certificate with its key; beside it, as `….crt`, the certificate alone. */
  readonly certificate: string;
  readonly socket: string;
}

const PRIVATE_PATHS = ["/zato/", "/ide-deploy"];
const some = <T>(...values: T[]): fc.Arbitrary<T[]> => fc.subarray(values);
const openPaths = some("/zato/jwt/", "/zato/api/{name}/x", "/zato/a%20b#c\"d'e\\f$g");
const proxies = some("192.0.2.1", "198.51.100.0/24", "2001:db8::/32");

const exporter = fc.option(
  fc
    .tuple(proxies, fc.constantFrom("10.0.0.11", "fd00::11", "host1.example"))
    .map(([from, address]) => renderExporter({ port: 8404, from }, address)),
  { nil: undefined },
);

/** Configurations of an HAProxy in front of the clusters, of all kinds. */
export function configsInFront({ certificate, socket }: NamedFiles): fc.Arbitrary<string> {
  const config: fc.Arbitrary<HaproxyConfig> = fc.record({
    binds: fc.constantFrom(["10.0.0.100:80"], ["10.0.0.100:443", "10.0.0.101:443"], [everyAddressOf("fd00::1", 80)]),
    isVirtual: fc.boolean(),
    tls: fc.constantFrom(
      undefined,
      { certificate, redirectBinds: [] },
      { certificate, redirectBinds: ["10.0.0.100:80"] },
    ),
    membersCa: fc.constant(`${certificate}.crt`),
    socket: fc.constant(socket),
    openPaths,
    trustedProxies: proxies,
    maxConnections: fc.constant(4000),
    retryPosts: fc.boolean(),
    exporter,
    pool: fc.record({
      members: fc
        .tuple(fc.constantFrom("10.0.0.11", "fd00::11", "localhost"), fc.boolean())
        .map(([address, isDrained]) => [
          { name: "host1", address, port: 11223, isDrained },
          { name: "host2", address: "10.0.0.12", port: 11223, isDrained: false },
        ]),
      tls: fc.constantFrom(undefined, { ca: "" }, { ca: "", serverName: "zato.example" }),
      healthCheck: fc.constantFrom(
        new HealthCheck(newStack()),
        new HealthCheck(newStack(), { servicePath: "/orders/health" }),
      ),
      privatePaths: fc.constant(PRIVATE_PATHS),
      takesChunks: fc.boolean(),
      saysNotExecuted: fc.boolean(),
      largestBody: fc.constantFrom(undefined, 8_372_224),
      affinity: fc.constantFrom(Affinity.NONE, Affinity.SOURCE, Affinity.COOKIE),
      stickyPaths: some(
        { path: "/chat/a b", affinity: Affinity.SOURCE },
        { path: "/basket", affinity: Affinity.COOKIE },
      ),
      maxConnectionsPerMember: fc.constant(2000),
      requestTimeout: fc.constantFrom(5, 3600),
      logsRequests: fc.boolean(),
    }),
  });
  return config.map(renderHaproxyConfig);
}

/** Configurations of a Zato load-balancer, of all kinds. */
export function configsOfCluster({ certificate, socket }: NamedFiles): fc.Arbitrary<string> {
  const config: fc.Arbitrary<LoadBalancerConfig> = fc.record({
    binds: fc.constantFrom(
      ["0.0.0.0:11223"],
      ["0.0.0.0:11225", "0.0.0.0:11223"],
      [everyAddressOf("host1.example", 11223)],
    ),
    tls: fc
      .constantFrom([], [11224], [11226, 11224])
      .map((ports) => ports.map((port) => ({ bind: `0.0.0.0:${port}`, certificate }))),
    webAdmin: fc.option(
      fc.record({
        bind: fc.constantFrom("10.0.0.11:8183", "[fd00::11]:8183"),
        certificate: fc.constant(certificate),
        allowedNetworks: proxies,
        server: fc.constant("127.0.0.1:8184"),
      }),
      { nil: undefined },
    ),
    socket: fc.constant(socket),
    backEnd: fc.constant("bck_http_plain"),
    servers: some(
      { name: "http_plain--server1", address: "127.0.0.1:17010" },
      { name: "http_plain--server2", address: "127.0.0.1:17011" },
    ),
    healthPath: fc.constant("/zato/ping"),
    clusterHealthPath: fc.constantFrom("/zato/ping", "/alive"),
    manners: fc.constantFrom(...[ZatoRelease.V3_3, ZatoRelease.V4_1].map(({ _behavior }) => _behavior.httpManners({}))),
    privatePaths: fc.constant(PRIVATE_PATHS),
    openPaths,
    forwarded: fc.option(
      fc.oneof(
        fc.record({
          proxies: fc.oneof(proxies, fc.constant("any" as const)),
          protocol: fc.constantFrom(undefined, "http" as const, "https" as const),
        }),
        fc.record({ proxies: proxies.filter((some) => some.length > 0), areOurs: fc.constant(true) }),
      ),
      { nil: undefined },
    ),
    maxConnections: fc.constant(2000),
    cpus: fc.constantFrom(1, 4, 5, 4096),
    requestTimeout: fc.constantFrom(5, 3600),
    retryPosts: fc.boolean(),
    exporter,
    logsRequests: fc.boolean(),
  });
  return config.map(renderLoadBalancerConfig);
}
