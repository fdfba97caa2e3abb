/** The back end of a cluster's HAProxy that all servers are in. */
export const BACK_END = "bck_http_plain";

/** What the names of servers in it begin with. */
export const SERVER_PREFIX = "http_plain--";

/** The name of a server in it. */
export function backEndServer(server: string): string {
  return SERVER_PREFIX + server;
}
