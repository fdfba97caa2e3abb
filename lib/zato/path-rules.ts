import { pathPattern } from "./haproxy/path-pattern";

/** Which URL paths clients may not call. */
export interface PathRules {
  /** Beginnings of paths that are Zato's own. */
  readonly privatePaths: readonly string[];
  /** The one of them that everybody may call, since it tells health. */
  readonly healthPath: string;
  /** Beginnings of further ones. */
  readonly openPaths: readonly string[];
  /** An ACL of those who may call all of them, or empty. */
  readonly exceptFor: string;
}

/**
 * Renders the rules of an HAProxy front end that keep Zato's own services from clients. The path is compared after
 * decoding, since `/%7Aato/` would reach Zato as `/zato/`. A request without a path that HAProxy can read and decode is
 * refused as such: the rules would not see it, and `GET a:/zato/… HTTP/1.1` would reach Zato as `/zato/…`, as Python reads
 * it. So is one with dot segments, encoded once or twice: `/zato/jwt/../admin/invoke` begins like something that is open.
 * Doubled slashes (`//zato/`) are refused as what is behind them, whatever may make of them.
 */
export function renderPathRules({ privatePaths, healthPath, openPaths, exceptFor }: PathRules): string {
  const beginnings = privatePaths.map(pathPattern);
  return [
    // Most paths are the same before and after decoding, and nobody's own: they need none of what follows.
    "acl zato_odd path -m sub % // /.",
    `acl zato_own path -m beg -i ${beginnings.join(" ")}`,
    `acl zato_health path -m str ${pathPattern(healthPath)}`,
    "http-request allow if zato_health or { path -m beg / } !zato_odd !zato_own",
    "http-request deny deny_status 400 unless { path,url_dec -m beg / }",
    ...["path,url_dec", "path,url_dec,url_dec"].map(
      (decoded) => `http-request deny deny_status 400 if { ${decoded} -m dir . .. }`,
    ),
    `acl zato_open path,url_dec -m str -i ${pathPattern(healthPath)}`,
    ...openPaths.map((path) => `acl zato_open path,url_dec -m beg ${pathPattern(path)}`),
    `acl zato_private path,url_dec -m beg -i ${beginnings.join(" ")}`,
    `acl zato_private path,url_dec -m sub -i ${beginnings.map((path) => `/${path}`).join(" ")}`,
    `http-request deny deny_status 403 if zato_private !zato_open${exceptFor ? ` !${exceptFor}` : ""}`,
  ]
    .map((line) => `    ${line}\n`)
    .join("");
}
