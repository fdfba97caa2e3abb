import { cpus } from "node:os";
import path from "node:path";
import { App, TerraformStack } from "cdktf";
import { Affinity, HealthCheck } from "../../lib";
import { renderHaproxyConfig } from "../../lib/load-balancing/haproxy-config";
import { renderLoadBalancerConfig } from "../../lib/zato/load-balancer-config";

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
  const privatePaths = ["/zato/", "/ide-deploy"];
  const common = { openPaths: [], retryPosts: false, maxConnections: 2000 };
  const innerConfig = renderLoadBalancerConfig({
    ...common,
    cpus: cpus().length,
    privatePaths,
    binds: [`127.0.0.1:${inner}`],
    tls: memberTls ? [{ bind: `127.0.0.1:${member}`, certificate }] : [],
    socket: path.join(folder, "inner.sock"),
    backEnd: "bck_http_plain",
    servers: SERVERS.map((port, index) => ({ name: `server${index + 1}`, address: `127.0.0.1:${port}` })),
    healthPath: "/zato/ping",
    clusterHealthPath: "/zato/ping",
    manners: { answersErrors: true, takesChunks: true },
    forwarded: { proxies: ["127.0.0.1"], areOurs: true },
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
      privatePaths,
      saysNotExecuted: true,
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
export function renderPlain(bind: string, servers: readonly string[]): string {
  return `defaults
    mode http
    http-reuse safe
    timeout connect 2s
    timeout client 60s
    timeout server 60s

frontend front
    bind ${bind}
    default_backend back

backend back
    balance roundrobin
${servers.map((server) => `    server ${server}\n`).join("")}`;
}

/** How the plain pair speaks TLS: what its inner half binds with, and its outer half says of a server. */
export function plainTls(pem: string, ca: string, name: string): { readonly bind: string; readonly server: string } {
  return {
    bind: ` ssl crt ${pem} alpn http/1.1`,
    server: ` ssl verify required ca-file ${ca} sni str(${name}) verifyhost ${name}`,
  };
}

/** A plain pair. */
export function plainPair(folder: string, memberTls: boolean): Pair {
  const [outer, inner] = [29011, 29012];
  const certificate = certificateIn(folder);
  const tls = memberTls ? plainTls(certificate, `${certificate}.crt`, NAME) : { bind: "", server: "" };
  const layers = [
    {
      name: "plain-inner",
      config: renderPlain(
        `127.0.0.1:${inner}${tls.bind}`,
        SERVERS.map((port, index) => `server${index + 1} 127.0.0.1:${port}`),
      ),
      port: inner,
    },
    {
      name: "plain-outer",
      config: renderPlain(`127.0.0.1:${outer}`, [`host1 127.0.0.1:${inner}${tls.server}`]),
      port: outer,
    },
  ];
  return { port: outer, layers, servers: servers() };
}
