import path from "node:path";
import { App, TerraformStack } from "cdktf";
import { Affinity, HealthCheck } from "../../lib";
import { renderHaproxyConfig } from "../../lib/load-balancing/haproxy-config";
import { renderLoadBalancerConfig } from "../../lib/zato/load-balancer-config";
import { ZATO_3_PATHS } from "../../lib/zato/path-rules";

/** An HAProxy of the comparison. */
export interface Layer {
  readonly name: string;
  readonly config: string;
  readonly port: number;
}

/** Two HAProxies in a row, as clients see them. */
export interface Pair {
  readonly port: number;
  readonly layers: readonly Layer[];
  /** What is behind both pairs. */
  readonly servers: Layer;
}

const SERVERS = [29101, 29102];
const NAME = "localhost";

/** The certificate that members show, and that they are known by. */
export function certificateIn(folder: string): string {
  return path.join(folder, "member.pem");
}

/** In place of Zato's servers: an HAProxy that answers at once, so that it is not what is measured. */
function servers(): Layer {
  const binds = SERVERS.map((port) => `    bind 127.0.0.1:${port}\n`).join("");
  const answer = '    http-request return status 200 content-type application/json string "{\\"pong\\":\\"zato\\"}"\n';
  const config = `defaults
    mode http
    timeout client 60s
    timeout http-keep-alive 60s

frontend servers
${binds}${answer}`;
  return { name: "servers", config, port: SERVERS[0]! };
}

/** As the library renders them, in a deployment with one cluster of two servers. */
export function renderedPair(folder: string, memberTls: boolean): Pair {
  const [outer, inner, member] = [29001, 29002, 29003];
  const certificate = certificateIn(folder);
  const stack = new TerraformStack(new App(), "bench");
  const common = { privatePaths: ZATO_3_PATHS, openPaths: [], retryPosts: false, maxConnections: 2000 };
  const innerConfig = renderLoadBalancerConfig({
    ...common,
    bind: `127.0.0.1:${inner}`,
    tls: memberTls ? { bind: `127.0.0.1:${member}`, certificate } : undefined,
    socket: path.join(folder, "inner.sock"),
    backEnd: "bck_http_plain",
    servers: SERVERS.map((port, index) => ({ name: `server${index + 1}`, address: `127.0.0.1:${port}` })),
    healthPath: "/zato/ping",
    clusterHealthPath: "/zato/ping",
    forwarded: { proxies: ["127.0.0.1"] },
    requestTimeout: 60,
    logsRequests: false,
  });
  const outerConfig = renderHaproxyConfig({
    ...common,
    binds: [`127.0.0.1:${outer}`],
    isVirtual: false,
    membersCa: `${certificate}.crt`,
    socket: path.join(folder, "outer.sock"),
    trustedProxies: [],
    pool: {
      members: [{ name: "host1", address: "127.0.0.1", port: memberTls ? member : inner, isDrained: false }],
      tls: memberTls ? { ca: "", serverName: NAME } : undefined,
      healthCheck: new HealthCheck(stack),
      affinity: Affinity.NONE,
      stickyPaths: [],
      maxConnectionsPerMember: 2000,
      requestTimeout: 60,
      logsRequests: false,
    },
  });
  const layers = [
    { name: "inner", config: innerConfig, port: inner },
    { name: "outer", config: outerConfig.replace(/^ {4}(user|group) haproxy\n/gm, ""), port: outer },
  ];
  return { port: outer, layers, servers: servers() };
}

/** What somebody would write who wants nothing but speed: no rules, no limits. */
export function plainPair(folder: string, memberTls: boolean): Pair {
  const [outer, inner] = [29011, 29012];
  const certificate = certificateIn(folder);
  const render = (port: number, bindOptions: string, lines: readonly string[]): string => `defaults
    mode http
    http-reuse safe
    timeout connect 2s
    timeout client 60s
    timeout server 60s

frontend front
    bind 127.0.0.1:${port}${bindOptions}
    default_backend back

backend back
    balance roundrobin
${lines.map((line) => `    server ${line}\n`).join("")}`;
  const tls = ` ssl verify required ca-file ${certificate}.crt sni str(${NAME}) verifyhost ${NAME}`;
  const layers = [
    {
      name: "plain-inner",
      config: render(
        inner,
        memberTls ? ` ssl crt ${certificate} alpn http/1.1` : "",
        SERVERS.map((port, index) => `server${index + 1} 127.0.0.1:${port}`),
      ),
      port: inner,
    },
    {
      name: "plain-outer",
      config: render(outer, "", [`host1 127.0.0.1:${inner}${memberTls ? tls : ""}`]),
      port: outer,
    },
  ];
  return { port: outer, layers, servers: servers() };
}
