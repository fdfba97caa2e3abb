import { LoadBalancerPool } from "../load-balancing";

/** The path of a request as Zato will read it: decoded. Case makes no difference. */
const PATH = "HTTP.REQ.URL.PATH.SET_TEXT_MODE(URLENCODED).DECODE_USING_TEXT_MODE.SET_TEXT_MODE(IGNORECASE)";

/** A rule that is true for requests to Zato's own paths, but for that of the health check and those that are opened. */
export function privatePathsRule(
  { privatePaths, healthCheck }: LoadBalancerPool,
  openPaths: readonly string[],
): string {
  const open = [`${PATH}.EQ("${healthCheck.path}")`, ...openPaths.map(startsWith)];
  return `(${privatePaths.map(startsWith).join(" || ")}) && !(${open.join(" || ")})`;
}

/** Where a request is sent that came without TLS: to the name that the client used, and what it asked for. */
export function redirectTarget(tlsPort: number): string {
  const port = tlsPort === 443 ? "" : ` + ":${tlsPort}"`;
  return `"https://" + HTTP.REQ.HOSTNAME.SERVER${port} + HTTP.REQ.URL.PATH_AND_QUERY.HTTP_URL_SAFE`;
}

function startsWith(path: string): string {
  return `${PATH}.STARTSWITH("${path}")`;
}
