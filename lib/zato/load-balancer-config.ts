import { renderBodyRules } from "./haproxy/body-rules";
import { BackEnds, IS_PASSED_ON, renderBackEnds, renderChoice, renderInnerRules } from "./haproxy/back-ends";
import { ForwardedClients, fromOurs, renderClientAddress } from "./haproxy/client-address";
import { renderHead } from "./haproxy/head";
import { sourceIn } from "./haproxy/sources";
import { renderPathRules } from "./path-rules";
import { HttpManners } from "./release/release-behavior";
import { TLS_BIND_POLICY, tlsBind } from "./tls-policy";

/** Something that listens with TLS. */
export interface TlsFrontEnd {
  /** `0.0.0.0:11224` */
  readonly bind: string;
  /** The file with the certificate. */
  readonly certificate: string;
}

/** A web-admin that is reached through the load-balancer. */
export interface WebAdminFrontEnd extends TlsFrontEnd {
  /** Networks from which it is reached, or empty for anywhere. */
  readonly allowedNetworks: readonly string[];
  /** Where web-admin itself listens. */
  readonly server: string;
}

/** The number of the ACL that the host puts `out` into while balancers in front are to leave the cluster alone. */
export const TAKEN_OUT_ACL = 1;

/** What a cluster answers to health checks meanwhile, with status 503. */
export const TAKEN_OUT_ANSWER = "taken out";

/**
 * The least, in seconds, that idle connections of balancers in front are kept: longer than those keep them, so that none is
 * closed on which a request is on its way. F5's TCP profiles keep them for 300 s, AWS's and Citrix's balancers for as long as a
 * request may take.
 */
const LEAST_KEEP_ALIVE = 300;

/**
 * CPUs of a host whose servers one thread keeps up with: it passes on 25,000 requests a second, and the real 3.3 answers 5,100 pings with two.
 * More threads than that only wait for each other; a second one on two CPUs takes a tenth of the requests (`bench:traffic`).
 */
const CPUS_PER_THREAD = 4;

/** HAProxy's limit, until 2.6. */
const MOST_THREADS = 64;

/** What the configuration of a Zato load-balancer is rendered from. */
export interface LoadBalancerConfig {
  /** `0.0.0.0:11223` */
  readonly binds: readonly string[];
  readonly tls: readonly TlsFrontEnd[];
  readonly webAdmin?: WebAdminFrontEnd;
  readonly socket: string;
  readonly backEnd: string;
  readonly servers: readonly { readonly name: string; readonly address: string }[];
  /** By which servers are checked. */
  readonly healthPath: string;
  /** What is to be known of the servers. */
  readonly manners: HttpManners;
  /** By which balancers in front check the cluster. */
  readonly clusterHealthPath: string;
  /** Beginnings of paths that only the host itself may call. */
  readonly privatePaths: readonly string[];
  /** Exceptions: beginnings of paths that everybody may call. */
  readonly openPaths: readonly string[];
  /** What is in front, and tells who clients are. */
  readonly forwarded?: ForwardedClients;
  readonly maxConnections: number;
  /** How many CPUs the host has. */
  readonly cpus: number;
  /** Seconds. */
  readonly requestTimeout: number;
  readonly retryPosts: boolean;
  readonly logsRequests: boolean;
  /** The front end of HAProxy's exporter of metrics, where there is one. */
  readonly exporter?: string;
}

/**
 * Renders the HAProxy configuration of a Zato load-balancer. Against Zato's own template it checks servers by
 * `/zato/ping` instead of by TCP, sends a request that found no server to another one, keeps Zato's own paths from
 * clients, and has an administration socket in place of a statistics page. A cluster that is about to stop says so to health
 * checks, and still serves requests. A request that no server took is answered by 425 where it came from a balancer that can
 * send it elsewhere, else by 503.
 */
export function renderLoadBalancerConfig(config: LoadBalancerConfig): string {
  const { answersErrors, leastCheckTimeout = 2 } = config.manners;
  const ends: BackEnds = {
    name: config.backEnd,
    balance: "    balance roundrobin\n",
    checks: {
      lines: `    option httpchk GET ${config.healthPath}\n    http-check expect status 200\n`,
      options: "check inter 2s fastinter 500ms rise 2 fall 2",
    },
    checkedBy: config.backEnd,
    servers: config.servers,
    reuseOptions: "pool-max-conn 128",
    answersErrors,
    repeatsAll: config.retryPosts,
  };
  const head = renderHead({
    ...config,
    connectTimeout: "2s",
    keepAlive: Math.max(LEAST_KEEP_ALIVE, config.requestTimeout) + 60,
    checkTimeout: leastCheckTimeout,
    further: `\
    nbthread ${Math.min(Math.ceil(config.cpus / CPUS_PER_THREAD), MOST_THREADS)}
${config.tls.length > 0 || config.webAdmin ? TLS_BIND_POLICY : ""}`,
  });
  return `${head}
frontend front_http_plain
${config.binds.map((bind) => `    bind ${bind}\n`).join("")}\
${config.tls.map(renderTlsBind).join("")}\
    maxconn ${config.maxConnections}
    monitor-uri /zato-lb-alive
    acl zato_local src 127.0.0.0/8 ::1
    acl zato_asked path ${[...new Set([config.healthPath, config.clusterHealthPath])].join(" ")}
    acl zato_taken_out str(out) -m str -u ${TAKEN_OUT_ACL} none
    http-request return status 503 content-type text/plain string "${TAKEN_OUT_ANSWER}" if zato_taken_out zato_asked !${IS_PASSED_ON} !zato_local
${config.logsRequests ? "    http-request set-log-level silent if zato_asked\n" : ""}\
${renderClientAddress(config.forwarded, { localAcl: "zato_local", isLogged: config.logsRequests })}\
${renderInnerRules(answersErrors, fromOurs(config.forwarded))}${renderBodyRules(config.manners)}\
${renderPathRules({ ...config, exceptFor: "zato_local" })}\
${renderChoice(ends)}\

${renderBackEnds(ends)}\
${config.webAdmin ? renderWebAdmin(config.webAdmin, config.logsRequests) : ""}\
${config.exporter ?? ""}`;
}

function renderTlsBind({ bind, certificate }: TlsFrontEnd): string {
  return `    bind ${bind}${tlsBind(certificate, "http/1.1")}\n`;
}

/** Web-admin itself knows nothing of TLS: to Django a browser's `Origin` must be what it is asked by. */
function renderWebAdmin(webAdmin: WebAdminFrontEnd, isLogged: boolean): string {
  const { allowedNetworks, server } = webAdmin;
  return `
frontend front_web_admin
${renderTlsBind(webAdmin)}\
${allowedNetworks.length > 0 ? `    tcp-request connection reject unless { ${sourceIn(allowedNetworks)} }\n` : ""}\
${renderClientAddress(undefined, { isLogged })}\
    http-request replace-header Origin ^https://(.*) http://\\1
    http-response replace-header Set-Cookie (.*) \\1;\\ Secure
    default_backend bck_web_admin

backend bck_web_admin
    http-reuse never
    server web-admin ${server}
`;
}
