import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError } from "./construct-error";

/** Scheme, server, port, and the path. */
const URL_PARTS = /^https?:\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?(\/[^\s'"\\]*)?$/;

/**
 * Refuses what is not the URL of something that a host downloads without being somebody: whoever reads Terraform's state reads the
 * URL.
 *
 * @param whose what is there, for messages: `the archive`
 * @param wayOut how a host gets it that needs a password or a token for it
 * @throws ConstructError when `url` holds a user, a query or a fragment, or is concrete and no http or https URL with a server and,
 * if any, a port from 1 to 65535
 */
export function requireDownloadUrl(scope: IConstruct, whose: string, url: string, wayOut: string): string {
  const secret = /^[^/]*\/\/[^/?#]*@/.test(url) ? "a user or a password" : /[?#]/.test(url) ? "a query" : undefined;
  if (secret !== undefined) {
    // Without the value, which messages must not tell either.
    throw new ConstructError(
      scope,
      `the URL of ${whose} holds ${secret}, which everybody could read in Terraform's state`,
      wayOut,
    );
  }
  if (!Token.isUnresolved(url) && !isUrl(url)) {
    throw new ConstructError(
      scope,
      `'${url}' is no URL of ${whose}`,
      "give an http or https URL, as 'https://artifacts.example.com/zato-3.3.tar.gz'",
    );
  }
  return url;
}

function isUrl(url: string): boolean {
  const [, , port = ":443"] = URL_PARTS.exec(url) ?? [];
  return URL_PARTS.test(url) && URL.canParse(url) && Number(port.slice(1)) >= 1;
}
