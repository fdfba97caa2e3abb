import { Affinity } from "../content";
import { hostPort, isBareAddress } from "../validation";
import { logLevel, renderAccessLog } from "../zato/haproxy/access-log";
import { BackEnds, renderBackEnds, renderChoice, renderOuterRules } from "../zato/haproxy/back-ends";
import { renderClientAddress } from "../zato/haproxy/client-address";
import { pathPattern } from "../zato/haproxy/path-pattern";
import { renderPathRules } from "../zato/path-rules";
import { TLS_BIND_POLICY, TLS_SERVER_POLICY, tlsBind } from "../zato/tls-policy";
import { LoadBalancerPool, PoolMember } from "./pool";

/** How the HAProxy in front of the clusters speaks TLS to clients. */
export interface ClientTls {
  /** The file with the certificate. */
  readonly certificate: string;
  /** Where plain HTTP is sent on to HTTPS: `10.0.0.100:80`. */
  readonly redirectBinds: readonly string[];
}

/** What the configuration of the HAProxy in front of the clusters is rendered from. */
export interface HaproxyConfig {
  /** `10.0.0.100:80`, or `0.0.0.0:80` for every address. */
  readonly binds: readonly string[];
  /** True where an address may be the other host's at the moment. */
  readonly isVirtual: boolean;
  readonly tls?: ClientTls;
  /** The file with the certificates by which members are known that speak TLS. */
  readonly membersCa: string;
  readonly socket: string;
  readonly pool: LoadBalancerPool;
  readonly privatePaths: readonly string[];
  readonly openPaths: readonly string[];
  /** Proxies in front of it whose word on clients counts. */
  readonly trustedProxies: readonly string[];
  readonly maxConnections: number;
  readonly retryPosts: boolean;
}

/** The back end that checks the clusters; all others go by what it finds. */
const CLUSTERS = "clusters";

/**
 * Renders the configuration. A request whose cluster cannot be reached goes to another one after half a second; so does one
 * on a connection that was used before, when nothing on the other side confirms it for as long: a host that lost its power
 * looks alive to the end. No cluster's name has to be resolvable when HAProxy starts.
 */
export function renderHaproxyConfig(config: HaproxyConfig): string {
  const { pool, tls } = config;
  const transparent = config.isVirtual ? " transparent" : "";
  const { healthCheck } = pool;
  const stickyKinds = [...new Set(pool.stickyPaths.map(({ affinity }) => affinity))];
  const all = backEnds(CLUSTERS, pool.affinity, config);
  const sticky = stickyKinds.map((affinity) => ({
    acl: `sticky_${affinity.kind}`,
    paths: pool.stickyPaths.filter((one) => one.affinity === affinity).map(({ path }) => pathPattern(path)),
    ends: backEnds(`clusters_${affinity.kind}`, affinity, config),
  }));
  const choices = sticky.map(
    ({ acl, paths, ends }) =>
      paths.map((path) => `    acl ${acl} path,url_dec -m beg ${path}\n`).join("") + renderChoice(ends, acl),
  );
  const front = tls ? tlsBind(tls.certificate, "h2,http/1.1") : "";
  return `# Managed by cdktf-zato. Changes made here are lost.
global
    log stdout format raw local0 ${logLevel(pool.logsRequests)}
    stats socket ${config.socket} mode 600 level admin expose-fd listeners
    maxconn ${config.maxConnections + 100}
    user haproxy
    group haproxy
${tls ? TLS_BIND_POLICY : ""}\
${pool.tls ? TLS_SERVER_POLICY : ""}\
${renderResolvers(pool.members)}\

defaults
    mode http
${renderAccessLog(pool.logsRequests)}\
    option redispatch 1
    retries 3
    option abortonclose
    option idle-close-on-response
    timeout connect ${connectTimeout(pool)}
    timeout client ${pool.requestTimeout}s
    timeout server ${pool.requestTimeout}s
    timeout http-request 15s
    timeout http-keep-alive 15s
    timeout queue 15s
    timeout check ${healthCheck.timeout}s

frontend clients
${config.binds.map((bind) => `    bind ${bind}${transparent}${front}\n`).join("")}\
${(tls?.redirectBinds ?? []).map((bind) => `    bind ${bind}${transparent}\n`).join("")}\
    maxconn ${config.maxConnections}
${renderClientAddress({ proxies: config.trustedProxies })}\
${renderOuterRules()}\
${tls && tls.redirectBinds.length > 0 ? "    http-request redirect scheme https code 308 unless { ssl_fc }\n" : ""}\
${renderPathRules({ ...config, healthPath: healthCheck.path, exceptFor: "" })}\
${choices.join("")}\
${renderChoice(all)}\

${[all, ...sticky.map(({ ends }) => ends)].map(renderBackEnds).join("\n")}`;
}

/** Names are asked for again and again; while nobody answers, what was found last counts. The most are 24 days. */
function renderResolvers(members: readonly PoolMember[]): string {
  return members.some(isNamed)
    ? `
resolvers system
    parse-resolv-conf
    accepted_payload_size 8192
    hold valid 10s
${["nx", "other", "refused", "timeout"].map((event) => `    hold ${event} 20d\n`).join("")}`
    : "";
}

function isNamed({ address }: PoolMember): boolean {
  return !isBareAddress(address);
}

/** How a server is reached by TLS, health checks included. */
function serverTls({ pool: { tls }, membersCa }: HaproxyConfig): string {
  const name = tls?.serverName;
  return tls
    ? `ssl verify required ca-file ${membersCa}` +
        (name === undefined ? "" : ` sni str(${name}) check-sni ${name} verifyhost ${name}`)
    : "";
}

/** A handshake counts as connecting: a busy cluster would be taken for one that is gone. */
function connectTimeout({ tls }: LoadBalancerPool): string {
  return tls ? "2s" : "500ms";
}

function backEnds(name: string, affinity: Affinity, config: HaproxyConfig): BackEnds {
  const { pool, retryPosts } = config;
  const { healthCheck } = pool;
  const isChecking = name === CLUSTERS;
  return {
    name,
    balance:
      `    balance ${affinity === Affinity.SOURCE ? "source\n    hash-type consistent" : "roundrobin"}\n` +
      (affinity === Affinity.COOKIE ? "    cookie ZATOCLUSTER insert indirect nocache httponly\n" : ""),
    ...(isChecking && {
      checks: {
        lines: `\
    option httpchk
    http-check send meth GET uri ${pathPattern(healthCheck.path)} ver HTTP/1.1 hdr Host zato
    http-check expect status 200
    default-server observe layer4 error-limit 3 on-error fastinter
`,
        options: `check inter ${healthCheck.interval}s fastinter 500ms rise ${healthCheck.rise} fall ${healthCheck.fall}`,
      },
    }),
    checkedBy: CLUSTERS,
    servers: pool.members.map((member) => ({
      name: member.name,
      address: hostPort(member.address, member.port),
      options: [
        `maxconn ${pool.maxConnectionsPerMember}`,
        serverTls(config),
        isNamed(member) ? "init-addr last,libc,none resolvers system" : "",
        affinity === Affinity.COOKIE ? `cookie ${member.name}` : "",
      ]
        .filter(Boolean)
        .join(" "),
      isDisabled: isChecking && member.isDrained,
    })),
    reuseOptions: "pool-max-conn 128 tcp-ut 500ms",
    notExecuted: "425",
    repeatsAll: retryPosts,
  };
}
