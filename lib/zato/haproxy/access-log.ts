/**
 * What an HAProxy writes of a request: client, time, way, times (of the request itself, in the queue, to connect, until the
 * answer, in all), status, bytes, how it ended, connections, queues, method and path. No query, no header, no cookie: these hold
 * secrets.
 */
const FORMAT =
  "%[var(txn.client)] [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %HM %{+Q}HPO %HV";

/** The level down to which an HAProxy tells systemd's journal what it does: requests are of level `info`. */
export function logLevel(isLoggingRequests: boolean): string {
  return isLoggingRequests ? "info" : "notice";
}

/**
 * The lines of HAProxy's section `defaults` about its log. Where requests are not logged, it makes a line of each all the same, and
 * throws it away: unless it has a format, and is told not to use it.
 */
export function renderAccessLog(isLoggingRequests: boolean): string {
  const format = FORMAT.replaceAll(/[" ]/g, "\\$&");
  return `    log global
    option dontlognull
${isLoggingRequests ? `    log-format ${format}\n` : "    option httplog\n    option dontlog-normal\n"}`;
}
