import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError } from "./construct-error";

/**
 * Refuses text that would not stay on its line in a configuration file.
 *
 * @throws ConstructError when `text` is empty, or holds a line break or another control character
 */
export function requireLine(scope: IConstruct, what: string, text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is refused
  if (typeof text !== "string" || text === "" || /[\u0000-\u001f\u007f]/.test(text)) {
    throw new ConstructError(
      scope,
      `${what} is ${JSON.stringify(text)}`,
      "give text on one line, without control characters",
    );
  }
  return text;
}

/** `.` or `..` between slashes, encoded as often as load-balancers look for it. */
const DOT_SEGMENT = /(\/|%(25)?2f)(\.|%(25)?2e){1,2}(\/|%(25)?2f|$)/i;

/** Whether load-balancers refuse a path for its dot segments, which might lead to what is kept from clients. */
export function hasDotSegments(path: string): boolean {
  return DOT_SEGMENT.test(path);
}

/**
 * Refuses what HAProxy would read as something else than the beginning of a URL path.
 *
 * @throws ConstructError when `path` does not begin with `/`, holds other characters than letters, digits and `_ . - / { }`, or dot segments,
 * which load-balancers refuse
 */
export function requireUrlPath(scope: IConstruct, what: string, path: string): string {
  if (!/^\/[A-Za-z0-9_./{}-]*$/.test(path) || hasDotSegments(path)) {
    throw new ConstructError(
      scope,
      `'${path}' is no ${what}`,
      "give its beginning, from '/' on, in letters, digits and '_ . - /', without '..'",
    );
  }
  return path;
}

/**
 * Refuses a path that is not absolute, or that a shell, systemd or HAProxy would read as something else.
 *
 * @throws ConstructError when `path` is relative, the root, holds other characters than letters, digits and `_ . / - +`, or
 * is not the shortest way to write it
 */
export function requireAbsolutePath(scope: IConstruct, what: string, path: string): string {
  if (!/^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9_.+-]+)+$/.test(path)) {
    throw new ConstructError(
      scope,
      `${what} is '${path}'`,
      "give an absolute path of letters, digits and '_ . - +', without '..' or '/' at the end",
    );
  }
  return path;
}

const CERTIFICATES = /^(-----BEGIN CERTIFICATE-----\r?\n[A-Za-z0-9+/=\r\n]+-----END CERTIFICATE-----\s*)+$/;

/**
 * Refuses what is not one or more certificates in PEM; a private key above all, which would be readable in Terraform's
 * state.
 *
 * @throws ConstructError when `pem` is concrete and holds anything but certificates
 */
export function requireCertificates(scope: IConstruct, what: string, pem: string): string {
  if (!Token.isUnresolved(pem) && !CERTIFICATES.test(pem)) {
    throw new ConstructError(
      scope,
      `${what} is not made of certificates alone`,
      "give the text of a PEM file, '-----BEGIN CERTIFICATE-----' and so on, without private key and comments",
    );
  }
  return pem;
}
