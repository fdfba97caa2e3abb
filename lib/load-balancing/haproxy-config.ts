import { Affinity } from "../content";
import { hostPort } from "../validation";
import { renderPathRules } from "../zato/path-rules";
import { TLS_BIND_POLICY, TLS_SERVER_POLICY, tlsBind } from "../zato/tls-policy";
import { LoadBalancerPool } from "./pool";

/** How the HAProxy in front of the clusters speaks TLS to clients. */
export interface ClientTls {
  /** The file with the certificate. */
  readonly certificate: string;
  /** Where plain HTTP is sent on to HTTPS, or empty for nowhere: `10.0.0.100:80`. */
  readonly redirectBind: string;
}

/** What the configuration of the HAProxy in front of the clusters is rendered from. */
export interface HaproxyConfig {
  /** `10.0.0.100:80`, or `:80` for every address. */
  readonly bind: string;
  /** True where the address may be the other host's at the moment. */
  readonly isVirtual: boolean;
  readonly tls?: ClientTls;
  /** The file with the certificates by which members are known that speak TLS. */
  readonly membersCa: string;
  readonly socket: string;
  readonly pool: LoadBalancerPool;
  readonly privatePaths: readonly string[];
  readonly openPaths: readonly string[];
  readonly maxConnections: number;
  readonly retryPosts: boolean;
}

/**
 * Renders the configuration. Connections to clusters are never kept for another request: one to a host that lost its
 * power looks alive, and whatever is sent on it hangs. A request whose cluster cannot be reached goes to another one
 * after half a second.
 */
export function renderHaproxyConfig(config: HaproxyConfig): string {
  const { pool, tls } = config;
  const transparent = config.isVirtual ? " transparent" : "";
  const { healthCheck } = pool;
  const stickyKinds = [...new Set(pool.stickyPaths.map(({ affinity }) => affinity))];
  const acl = (name: string, paths: readonly string[]): string =>
    paths.map((path) => `    acl ${name} path,url_dec -m beg ${path}\n`).join("");
  const choices = stickyKinds.map((affinity) => {
    const paths = pool.stickyPaths.filter((sticky) => sticky.affinity === affinity).map(({ path }) => path);
    return `${acl(`sticky_${affinity.kind}`, paths)}    use_backend clusters_${affinity.kind} if sticky_${affinity.kind}\n`;
  });
  return `# Managed by cdktf-zato. Changes made here are lost.
global
    log stdout format raw local0 notice
    stats socket ${config.socket} mode 600 level admin
    maxconn ${config.maxConnections + 100}
${tls ? `    user haproxy\n    group haproxy\n${TLS_BIND_POLICY}` : ""}\
${pool.tls ? TLS_SERVER_POLICY : ""}\

defaults
    mode http
    log global
    option httplog
    option dontlognull
    option forwardfor
    option http-server-close
    http-reuse never
    timeout connect 500ms
    timeout client ${pool.requestTimeout}s
    timeout server ${pool.requestTimeout}s
    timeout http-request 15s
    timeout http-keep-alive 15s
    timeout queue 15s
    timeout check ${healthCheck.timeout}s

frontend clients
    bind ${config.bind}${transparent}${tls ? tlsBind(tls.certificate, "h2,http/1.1") : ""}
${tls?.redirectBind ? `    bind ${tls.redirectBind}${transparent}\n` : ""}\
    maxconn ${config.maxConnections}
${tls ? renderTlsRules(tls) : ""}\
${renderPathRules({ ...config, healthPath: healthCheck.path, exceptFor: "" })}\
${choices.join("")}\
    default_backend clusters

${backEnd("clusters", pool.affinity, config)}\
${stickyKinds.map((affinity) => "\n" + backEnd(`clusters_${affinity.kind}`, affinity, config)).join("")}`;
}

/** 308, so that a POST stays one. What clients say of the protocol counts for nothing. */
function renderTlsRules({ redirectBind }: ClientTls): string {
  return (
    (redirectBind ? "    http-request redirect scheme https code 308 unless { ssl_fc }\n" : "") +
    "    http-request set-header X-Forwarded-Proto https\n"
  );
}

/** How a server is reached by TLS, health checks included. */
function serverTls({ pool: { tls }, membersCa }: HaproxyConfig): string {
  const name = tls?.serverName;
  return tls
    ? ` ssl verify required ca-file ${membersCa}` +
        (name === undefined ? "" : ` sni str(${name}) check-sni ${name} verifyhost ${name}`)
    : "";
}

function backEnd(name: string, affinity: Affinity, config: HaproxyConfig): string {
  const { pool, retryPosts } = config;
  const { healthCheck } = pool;
  const check =
    `check inter ${healthCheck.interval}s fastinter 500ms rise ${healthCheck.rise} fall ${healthCheck.fall} ` +
    `maxconn ${pool.maxConnectionsPerMember}`;
  const servers = pool.members.map(
    (member) =>
      `    server ${member.name} ${hostPort(member.address, member.port)} ${check}${serverTls(config)}` +
      (affinity === Affinity.COOKIE ? ` cookie ${member.name}` : "") +
      (member.isDrained ? " disabled" : ""),
  );
  return `backend ${name}
    balance ${affinity === Affinity.SOURCE ? "source\n    hash-type consistent" : "roundrobin"}
${affinity === Affinity.COOKIE ? "    cookie ZATOCLUSTER insert indirect nocache httponly\n" : ""}\
    option httpchk
    http-check send meth GET uri ${healthCheck.path} ver HTTP/1.1 hdr Host zato
    http-check expect status 200
    option redispatch 1
    retries 3
    retry-on all-retryable-errors
${retryPosts ? "" : "    http-request disable-l7-retry if { method POST PATCH }\n"}\
    default-server observe layer4 error-limit 3 on-error fastinter
${servers.join("\n")}
`;
}
