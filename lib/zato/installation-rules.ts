import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError, requireAbsolutePath } from "../validation";

/** Where a build lies beside others on a host, by what tells it from these. */
export function buildFolder(build: string): string {
  return `/opt/zato/builds/${build}`;
}

/** Refuses a folder in which the clusters' own files and packages are, the builds that archives and images become, or what we note. */
export function requirePlace(scope: IConstruct, path: string): string {
  if (
    /^(\/opt\/zato(\/(env|builds|packages)(\/.*)?)?|\/(etc|var\/lib|var\/log|run)\/cdktf-zato(\/.*)?)$/.test(
      requireAbsolutePath(scope, "the path of the installation", path),
    )
  ) {
    throw new ConstructError(
      scope,
      `the path of the installation is '${path}', where the files of the clusters are`,
      "give a folder of its own, for example '/opt/zato/current'",
    );
  }
  return path;
}

/** Refuses what `sha256sum` does not print; gives it in small letters. */
export function requireSha256(scope: IConstruct, sha256: string, whose: string): string {
  if (Token.isUnresolved(sha256)) {
    return sha256;
  }
  if (!/^[0-9a-fA-F]{64}$/.test(sha256)) {
    throw new ConstructError(
      scope,
      `'${sha256}' is no SHA-256`,
      `give the 64 hexadecimal digits that 'sha256sum' prints for ${whose}`,
    );
  }
  return sha256.toLowerCase();
}
