import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { IConstruct } from "constructs";
import { ConstructError } from "../validation";

/** A Python file with services. */
export interface ServiceFile {
  /** Its name without the folder, `orders.py`. */
  readonly fileName: string;

  /** Where it is on the machine that synthesizes. */
  readonly path: string;

  /** The SHA-256 of its content, as Zato reports it for each service in it. */
  readonly sha256: string;

  /** The names of the services in it. */
  readonly services: readonly string[];
}

const CLASS = /^class\s+([A-Za-z_]\w*)\s*\(([^)]*)\)\s*:/;
const NAME = /^\s+name\s*(?::\s*[^=]+)?=\s*(["'])([^"']+)\1/;

/**
 * Reads a Python file with services.
 *
 * @throws ConstructError when no module can have the file's name, or there is no service in it
 */
export function readServiceFile(scope: IConstruct, path: string): ServiceFile {
  const fileName = basename(path);
  if (!/^[A-Za-z_]\w*\.py$/.test(fileName)) {
    throw new ConstructError(
      scope,
      `'${path}' cannot be the file of a Python module`,
      "name it with letters, digits and '_', beginning with a letter, and '.py'",
    );
  }
  const content = readFileSync(path);
  const services = serviceNames(fileName.slice(0, -3), content.toString("utf8"));
  if (services.length === 0) {
    throw new ConstructError(
      scope,
      `there is no service in '${path}'`,
      "give files with classes that derive from zato.server.service.Service",
    );
  }
  return { fileName, path, sha256: createHash("sha256").update(content).digest("hex"), services };
}

/** The services of a module: classes derived from `Service` or, in the same module, from one that is. */
function serviceNames(module: string, source: string): string[] {
  const services = new Map<string, string>();
  let current: string | undefined;
  for (const line of source.split(/\r?\n/)) {
    const begin = CLASS.exec(line);
    if (begin) {
      const [, name = "", bases = ""] = begin;
      const isService = bases
        .split(",")
        .some((base) => /(^|\.)\w*Service$/.test(base.trim()) || services.has(base.trim()));
      current = isService ? name : undefined;
      if (isService) {
        services.set(name, `${module.replaceAll("_", "-")}.${hyphenated(name)}`);
      }
    } else if (/^\S/.test(line) && !/^[#@)]/.test(line)) {
      current = undefined;
    }
    const named = current === undefined ? null : NAME.exec(line);
    if (named && current !== undefined) {
      services.set(current, named[2]!);
    }
  }
  return [...services.values()];
}

/** `GetOrder` becomes `get-order`, as Zato names services that have no name of their own. */
function hyphenated(className: string): string {
  return className.replace(/(?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z])/g, "-$&").toLowerCase();
}
