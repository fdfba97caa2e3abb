import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { IConstruct } from "constructs";
import { ConstructError } from "../validation";

const INCLUDE = /^(?:-r|--requirement)(?:\s+|=|(?=[^\s-]))(.+)$/;
const CONSTRAINT = /^(-c|--constraint)\b/;
const EDITABLE = /^(-e|--editable)\b/;
const LOCAL_LINKS = /^(?:-f|--find-links)(?:\s+|=)(?!https?:)(.+)$/;
const LOCAL_PACKAGE =
  /^(\.{0,2}\/|~|[A-Za-z]:[\\/]|file:)|^[^@\s]+\s*@\s*file:|^[^:@]*\.(whl|zip|tar\.gz|tgz|tar\.bz2)(\s|$|;)/i;
const CREDENTIALS = /:\/\/[^/\s@]*:[^/\s@$]+@/;

/**
 * What pip is to install, in one text: what `-r` names takes its place, since nothing else comes along to the hosts.
 *
 * @throws ConstructError with file and line for what only the machine that synthesizes has, constraints, and a password
 */
export function readRequirements(scope: IConstruct, file: string, before: readonly string[] = []): string {
  const lines = readFileSync(file, "utf8").replace(/\r\n/g, "\n").split("\n");
  const out = lines.map((line, index) => {
    const text = line.replace(/(^|\s)#.*$/, "").trim();
    const included = INCLUDE.exec(text)?.[1];
    const place = `${file}:${index + 1}`;
    if (included === undefined) {
      requireReachable(scope, place, text);
      return line;
    }
    const other = resolve(dirname(file), included.trim());
    if (!existsSync(other) || [...before, file].includes(other)) {
      throw new ConstructError(
        scope,
        `${place}: '${included}' ${existsSync(other) ? "includes itself" : "is not there"}`,
        "name a file beside it",
      );
    }
    return readRequirements(scope, other, [...before, file]).trimEnd();
  });
  return out.join("\n");
}

function requireReachable(scope: IConstruct, place: string, text: string): void {
  const refusals: readonly (readonly [boolean, string, string])[] = [
    [CONSTRAINT.test(text), "names a file of constraints", "write the versions into the requirements themselves"],
    [EDITABLE.test(text), "is a package of this machine or of a working copy", "name a release of it"],
    [
      LOCAL_LINKS.test(text) || LOCAL_PACKAGE.test(text),
      "names a file of this machine, which does not come along to the hosts",
      "put its modules into a package folder beside the services, or serve it from a package index",
    ],
    [
      CREDENTIALS.test(text),
      "holds a password, which would be read in Terraform's state",
      "configure pip on the hosts, in /etc/pip.conf",
    ],
  ];
  const refused = refusals.find(([applies]) => applies);
  if (refused) {
    const shown = CREDENTIALS.test(text) ? "a URL" : `'${text}'`;
    throw new ConstructError(scope, `${place}: ${shown} ${refused[1]}`, refused[2]);
  }
}
