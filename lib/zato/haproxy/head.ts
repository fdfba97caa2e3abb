import { logLevel, renderAccessLog } from "./access-log";

/** What a HAProxy of ours is told that has nothing to do with whom it serves. */
export interface HaproxyHead {
  /** Its administration socket. */
  readonly socket: string;
  /** The most connections of clients. */
  readonly maxConnections: number;
  readonly logsRequests: boolean;
  /** As HAProxy takes it: `500ms`. */
  readonly connectTimeout: string;
  /** Seconds that a request may take. */
  readonly requestTimeout: number;
  /** Seconds that a client's idle connection is kept. */
  readonly keepAlive: number;
  /** Seconds that a server gets to answer a health check. */
  readonly checkTimeout: number;
  /** Further lines of the section `global`, and sections. */
  readonly further: string;
}

/** The sections `global` and `defaults`. */
export function renderHead(head: HaproxyHead): string {
  return `# Managed by cdktf-zato. Changes made here are lost.
global
    log stdout format raw local0 ${logLevel(head.logsRequests)}
    stats socket ${head.socket} mode 600 level admin expose-fd listeners
    maxconn ${head.maxConnections + 100}
${head.further}\

defaults
    mode http
${renderAccessLog(head.logsRequests)}\
    option redispatch 1
    retries 3
    option abortonclose
    option idle-close-on-response
    timeout connect ${head.connectTimeout}
    timeout client ${head.requestTimeout}s
    timeout server ${head.requestTimeout}s
    timeout http-request 15s
    timeout http-keep-alive ${head.keepAlive}s
    timeout queue 15s
    timeout check ${head.checkTimeout}s
`;
}
