import { Affinity } from "../content";
import { hostPort, isBareAddress } from "../validation";
import {
  BackEnds,
  BackEndServer,
  NOT_EXECUTED,
  renderBackEnds,
  renderChoice,
  renderOuterRules,
} from "../zato/haproxy/back-ends";
import { renderBodyRules } from "../zato/haproxy/body-rules";
import { renderClientAddress } from "../zato/haproxy/client-address";
import { renderHead } from "../zato/haproxy/head";
import { pathPattern } from "../zato/haproxy/path-pattern";
import { renderPathRules } from "../zato/path-rules";
import { TLS_BIND_POLICY, TLS_SERVER_POLICY, tlsBind } from "../zato/tls-policy";
import { HealthCheck } from "./health-check";
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
  readonly openPaths: readonly string[];
  /** Proxies in front of it whose word on clients counts. */
  readonly trustedProxies: readonly string[];
  readonly maxConnections: number;
  readonly retryPosts: boolean;
  /** The front end of HAProxy's exporter of metrics, where there is one. */
  readonly exporter?: string;
}

/** The back end that checks the clusters; all others go by what it finds. */
export const CLUSTERS = "clusters";

/** By which a client comes back to its cluster, where it is to. */
const COOKIE = "ZATOCLUSTER";

/** The back end that only checks whether clusters answer, where a service is checked too, and sends them no requests. */
export const ANSWERING_CLUSTERS = "clusters_ping";

/** The back end that only checks whether clusters take connections: its clusters get requests when none passes its check. */
export const LAST_RESORT = "clusters_last_resort";

/**
 * Renders the configuration. A request whose cluster cannot be reached goes to another one after half a second; so does one
 * on a connection that was used before, when nothing on the other side confirms it for as long: a host that lost its power
 * looks alive to the end. No cluster's name has to be resolvable when HAProxy starts: the host fills in its address
 * (`host-scripts/lib/haproxy.sh`), and nobody is waited for.
 */
export function renderHaproxyConfig(config: HaproxyConfig): string {
  const { pool, tls } = config;
  const transparent = config.isVirtual ? " transparent" : "";
  const { healthCheck, privatePaths } = pool;
  const stickyKinds = [...new Set(pool.stickyPaths.map(({ affinity }) => affinity))];
  const all = backEnds(CLUSTERS, pool.affinity, config);
  const sticky = stickyKinds.map((affinity) => ({
    acl: `sticky_${affinity.kind}`,
    paths: pool.stickyPaths.filter((one) => one.affinity === affinity).map(({ path }) => pathPattern(path)),
    ends: backEnds(`clusters_${affinity.kind}`, affinity, config),
  }));
  const lastResort = lastResortOf(stickyKinds, config);
  const choices = sticky.map(
    ({ acl, paths, ends }) =>
      paths.map((path) => `    acl ${acl} path,url_dec -m beg ${path}\n`).join("") +
      renderChoice(ends, `${acl} one_is_fit`),
  );
  const front = tls ? tlsBind(tls.certificate, "h2,http/1.1") : "";
  const head = renderHead({
    ...config,
    logsRequests: pool.logsRequests,
    connectTimeout: connectTimeout(pool),
    requestTimeout: pool.requestTimeout,
    keepAlive: 15,
    checkTimeout: healthCheck.timeout,
    further: `\
    user haproxy
    group haproxy
${tls ? TLS_BIND_POLICY : ""}\
${pool.tls ? TLS_SERVER_POLICY : ""}\
${renderResolvers(pool.members)}`,
  });
  return `${head}
frontend clients
${config.binds.map((bind) => `    bind ${bind}${transparent}${front}\n`).join("")}\
${(tls?.redirectBinds ?? []).map((bind) => `    bind ${bind}${transparent}\n`).join("")}\
    maxconn ${config.maxConnections}
${renderClientAddress({ proxies: config.trustedProxies }, { isLogged: pool.logsRequests })}\
${renderOuterRules(pool.saysNotExecuted ?? false)}\
${tls && tls.redirectBinds.length > 0 ? "    http-request redirect scheme https code 308 unless { ssl_fc }\n" : ""}\
${renderBodyRules({ takesChunks: pool.takesChunks ?? true, largestBody: pool.largestBody })}\
${renderPathRules({ ...config, privatePaths, healthPath: healthCheck.path, exceptFor: "" })}\
    acl one_is_fit nbsrv(${CLUSTERS}) gt 0
${choices.join("")}\
${renderChoice(all, "one_is_fit")}\
${renderChoice(lastResort)}\

${[all, ...sticky.map(({ ends }) => ends), lastResort].map(renderBackEnds).join("\n")}\
${healthCheck.servicePath === undefined ? "" : renderAnsweringClusters(all, config)}\
${config.exporter ?? ""}`;
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

/** The requests of a check that finds whether a cluster is fit for requests: each over a connection of its own, where there are two. */
function checkLines(paths: readonly string[]): string {
  const requests = paths.map(
    (path) => `\
    http-check send meth GET uri ${pathPattern(path)} ver HTTP/1.1 hdr Host zato
    http-check expect status 200
`,
  );
  const connect = "    http-check connect default\n";
  return `    option httpchk\n${requests.length === 1 ? requests[0] : requests.map((one) => connect + one).join("")}`;
}

function checkOptions({ interval, rise, fall }: HealthCheck): string {
  return `check inter ${interval}s fastinter 500ms rise ${rise} fall ${fall}`;
}

/** The check of those that are still sent requests when none is fit for them. */
function renderAnsweringClusters({ servers }: BackEnds, { pool }: HaproxyConfig): string {
  const { healthCheck } = pool;
  const rows = servers.map(({ name, address, options = "", isDisabled }) =>
    ["    server", name, address, checkOptions(healthCheck), options, ...(isDisabled ? ["disabled"] : [])].join(" "),
  );
  return `
backend ${ANSWERING_CLUSTERS}
${checkLines([healthCheck.path])}\
${rows.join("\n")}
`;
}

/** A client leaves a cluster that is not fit for requests for as long as another one is: its cookie is then nobody's, and it gets another. */
function leaveUnfit(members: readonly PoolMember[]): string {
  const isFit = ({ name }: PoolMember): string => `srv_is_up(${CLUSTERS}/${name})`;
  return [
    ...members.map((member) => `acl one_is_fit ${isFit(member)}`),
    ...members.map(
      (member) =>
        `http-request replace-header Cookie ^(.*;\\ *)?${COOKIE}=${member.name}(;.*)?$ \\1${COOKIE}=.\\2 ` +
        `if { req.cook(${COOKIE}) -m str ${member.name} } !{ ${isFit(member)} } one_is_fit`,
    ),
  ]
    .map((line) => `    ${line}\n`)
    .join("");
}

function backEnds(name: string, affinity: Affinity, config: HaproxyConfig): BackEnds {
  const { pool } = config;
  const { healthCheck } = pool;
  const { servicePath } = healthCheck;
  const isChecking = name === CLUSTERS;
  return {
    ...sameForAll(config),
    name,
    balance:
      renderAffinity([affinity]) +
      (affinity === Affinity.COOKIE && servicePath !== undefined ? leaveUnfit(pool.members) : ""),
    ...(isChecking && {
      checks: {
        lines: `\
${checkLines(servicePath === undefined ? [healthCheck.path] : [healthCheck.path, servicePath])}\
    default-server observe layer4 error-limit 3 on-error fastinter
`,
        options: checkOptions(healthCheck),
      },
    }),
    checkedBy: CLUSTERS,
    ...(servicePath !== undefined && { leastCheckedBy: ANSWERING_CLUSTERS }),
    servers: serversOf(config, [affinity], isChecking),
  };
}

/**
 * Where none passes its check, one may only be slow, and an answer that comes late is better than a refusal: all that take connections are
 * asked, as AWS's balancers do. A client still comes back to its cluster.
 */
function lastResortOf(stickyKinds: readonly Affinity[], config: HaproxyConfig): BackEnds {
  const affinities = [config.pool.affinity, ...stickyKinds];
  return {
    ...sameForAll(config),
    name: LAST_RESORT,
    balance: renderAffinity(affinities),
    checks: { lines: "", options: checkOptions(config.pool.healthCheck) },
    checkedBy: LAST_RESORT,
    servers: serversOf(config, affinities, true),
  };
}

function renderAffinity(affinities: readonly Affinity[]): string {
  return (
    `    balance ${affinities.includes(Affinity.SOURCE) ? "source\n    hash-type consistent" : "roundrobin"}\n` +
    (affinities.includes(Affinity.COOKIE) ? `    cookie ${COOKIE} insert indirect nocache httponly\n` : "")
  );
}

function serversOf(config: HaproxyConfig, affinities: readonly Affinity[], isChecking: boolean): BackEndServer[] {
  const { pool } = config;
  return pool.members.map((member) => ({
    name: member.name,
    address: hostPort(member.address, member.port),
    options: [
      `maxconn ${pool.maxConnectionsPerMember}`,
      serverTls(config),
      isNamed(member) ? "init-addr none resolvers system" : "",
      affinities.includes(Affinity.COOKIE) ? `cookie ${member.name}` : "",
    ]
      .filter(Boolean)
      .join(" "),
    isDisabled: isChecking && member.isDrained,
  }));
}

function sameForAll({ pool, retryPosts }: HaproxyConfig): SameForAll {
  return {
    reuseOptions: "pool-max-conn 128 tcp-ut 500ms",
    ...(pool.saysNotExecuted && { notExecuted: NOT_EXECUTED }),
    wholeWithin: pool.requestTimeout,
    repeatsAll: retryPosts,
  };
}

type SameForAll = Pick<BackEnds, "reuseOptions" | "notExecuted" | "wholeWithin" | "repeatsAll">;
