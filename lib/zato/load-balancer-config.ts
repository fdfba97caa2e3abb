import { renderPathRules } from "./path-rules";
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

/**
 * The number of the ACL that the host puts the health check's path into while balancers in front are to leave the cluster
 * alone; `host-scripts/lib/rolling.sh` knows it too. No path is "none".
 */
const TAKEN_OUT_ACL = 1;

/** What the configuration of a Zato load-balancer is rendered from. */
export interface LoadBalancerConfig {
  readonly bind: string;
  readonly tls?: TlsFrontEnd;
  readonly webAdmin?: WebAdminFrontEnd;
  readonly socket: string;
  readonly backEnd: string;
  readonly servers: readonly { readonly name: string; readonly address: string }[];
  readonly healthPath: string;
  /** Beginnings of paths that only the host itself may call. */
  readonly privatePaths: readonly string[];
  /** Exceptions: beginnings of paths that everybody may call. */
  readonly openPaths: readonly string[];
  readonly maxConnections: number;
  /** Seconds. */
  readonly requestTimeout: number;
  readonly retryPosts: boolean;
}

/**
 * Renders the HAProxy configuration of a Zato load-balancer. Against Zato's own template it checks servers by
 * `/zato/ping` instead of by TCP, sends a request that found no server to another one, keeps Zato's own paths from
 * clients, and has an administration socket in place of a statistics page. A cluster that is about to stop says so to health
 * checks, and still serves requests.
 */
export function renderLoadBalancerConfig(config: LoadBalancerConfig): string {
  const servers = config.servers.map(
    ({ name, address }) => `    server ${name} ${address} check inter 2s fastinter 500ms rise 2 fall 2`,
  );
  return `# Managed by cdktf-zato. Changes made here are lost.
global
    log stdout format raw local0 notice
    stats socket ${config.socket} mode 600 level admin
    maxconn ${config.maxConnections + 100}
${config.tls || config.webAdmin ? TLS_BIND_POLICY : ""}\

defaults
    mode http
    log global
    option httplog
    option dontlognull
    option forwardfor
    option httpclose
    timeout connect 2s
    timeout client ${config.requestTimeout}s
    timeout server ${config.requestTimeout}s
    timeout http-request 15s
    timeout queue 15s
    timeout check 2s

frontend front_http_plain
    bind ${config.bind}
${config.tls ? renderTlsBind(config.tls) : ""}\
    maxconn ${config.maxConnections}
    monitor-uri /zato-lb-alive
    acl zato_local src 127.0.0.0/8 ::1
    acl zato_taken_out path -u ${TAKEN_OUT_ACL} none
    http-request return status 503 content-type text/plain string "taken out" if zato_taken_out !zato_local
${renderPathRules({ ...config, exceptFor: "zato_local" })}\
    default_backend ${config.backEnd}

backend ${config.backEnd}
    balance roundrobin
    option httpchk GET ${config.healthPath}
    http-check expect status 200
    option redispatch 1
    retries 3
    retry-on conn-failure empty-response response-timeout 502 503
${config.retryPosts ? "" : "    http-request disable-l7-retry if { method POST PATCH }\n"}\
${servers.join("\n")}
${config.webAdmin ? renderWebAdmin(config.webAdmin) : ""}`;
}

function renderTlsBind({ bind, certificate }: TlsFrontEnd): string {
  return `    bind ${bind}${tlsBind(certificate, "http/1.1")}\n`;
}

/** Web-admin itself knows nothing of TLS: to Django a browser's `Origin` must be what it is asked by. */
function renderWebAdmin(webAdmin: WebAdminFrontEnd): string {
  const { allowedNetworks, server } = webAdmin;
  return `
frontend web_admin
${renderTlsBind(webAdmin)}\
${allowedNetworks.length > 0 ? `    tcp-request connection reject unless { src ${allowedNetworks.join(" ")} }\n` : ""}\
    http-request replace-header Origin ^https://(.*) http://\\1
    http-response replace-header Set-Cookie (.*) \\1;\\ Secure
    default_backend web_admin

backend web_admin
    server web-admin ${server}
`;
}
