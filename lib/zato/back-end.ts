/** The back end of a cluster's HAProxy that all servers are in. */
export const BACK_END = "bck_http_plain";

/** The name of a server in it. */
export function backEndServer(server: string): string {
  return `http_plain--${server}`;
}
