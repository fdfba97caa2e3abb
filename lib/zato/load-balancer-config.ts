import { renderPathRules } from "./path-rules";

/**
 * The number of the ACL that the host puts the health check's path into while balancers in front are to leave the cluster
 * alone; `host-scripts/lib/rolling.sh` knows it too. No path is "none".
 */
const TAKEN_OUT_ACL = 1;

/** What the configuration of a Zato load-balancer is rendered from. */
export interface LoadBalancerConfig {
  readonly bind: string;
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
`;
}
