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

const LONG_STRING = /("""|''')[^]*?\1/g;
const CLASS = /^class\s+([A-Za-z_]\w*)\s*\(([^)]*)\)\s*:/gm;
const NEXT_STATEMENT = /^[^\s#)]/m;
const NAME = /^name\s*(?::[^=]+)?=\s*(.+)$/;
const LITERAL = /^(["'])([^"'\\]+)\1\s*(?:#.*)?$/;

/** What services have, and little else does. */
const HANDLE = /^\s+(?:async )?def handle\s*\(\s*self\b/m;

/**
 * Reads a Python file.
 *
 * @returns nothing for a file without services, which others import
 * @throws ConstructError when no module can have the file's name, the name of a service is not written out, or a class
 * looks like a service without deriving from one
 */
export function readServiceFile(scope: IConstruct, path: string): ServiceFile | undefined {
  const fileName = basename(path);
  if (!/^[A-Za-z_]\w*\.py$/.test(fileName)) {
    throw new ConstructError(
      scope,
      `'${path}' cannot be the file of a Python module`,
      "name it with letters, digits and '_', beginning with a letter, and '.py'",
    );
  }
  const content = readFileSync(path);
  const source = content.toString("utf8");
  const services = serviceNames(scope, path, source);
  if (services.length > 0) {
    return { fileName, path, sha256: createHash("sha256").update(content).digest("hex"), services };
  }
  if (HANDLE.test(source)) {
    throw new ConstructError(
      scope,
      `there is a method 'handle' in '${path}', and no class that can be told to be a service`,
      "let it derive from zato.server.service.Service, or from a class whose name ends in 'Service'",
    );
  }
  return undefined;
}

/** The services of a module: classes derived from `Service` or, in the same module, from one that is. */
function serviceNames(scope: IConstruct, path: string, source: string): string[] {
  const module = basename(path, ".py").replaceAll("_", "-");
  const text = source.replace(/\r\n/g, "\n").replace(LONG_STRING, '""');
  const services = new Map<string, { readonly name: string; readonly isWritten: boolean }>();
  for (const match of text.matchAll(CLASS)) {
    const [header, className = "", list = ""] = match;
    const bases = list.split(",").map((base) => base.trim());
    const parent = bases.map((base) => services.get(base)).find((service) => service !== undefined);
    if (parent || bases.some((base) => /(^|\.)\w*Service$/.test(base))) {
      const name = nameIn(bodyOf(text.slice(match.index + header.length)));
      if (name !== undefined && !LITERAL.test(name)) {
        throw new ConstructError(
          scope,
          `the service ${className} in '${path}' is named by ${name}, which only Python can work out`,
          "write the name out, in quotes",
        );
      }
      const written = name === undefined ? undefined : LITERAL.exec(name)![2]!;
      // In Python a class has its parent's name, too.
      const inherited = parent?.isWritten ? parent.name : undefined;
      const service = {
        name: written ?? inherited ?? `${module}.${hyphenated(className)}`,
        isWritten: (written ?? inherited) !== undefined,
      };
      if ([...services.values()].some((other) => other.name === service.name)) {
        throw new ConstructError(
          scope,
          `two classes in '${path}' are the service '${service.name}'`,
          "give each a name of its own",
        );
      }
      services.set(className, service);
    }
  }
  return [...services.values()].map((service) => service.name);
}

/** What belongs to a class, of the text behind its first line. */
function bodyOf(text: string): string {
  const end = NEXT_STATEMENT.exec(text.replace(/^.*/, ""))?.index;
  const firstLine = /^.*/.exec(text)![0].length;
  return end === undefined ? text : text.slice(0, firstLine + end);
}

/** What follows `name =` in the body of a class; variables of its methods stand deeper. */
function nameIn(body: string): string | undefined {
  const lines = body.split("\n");
  const indentation = lines
    .slice(1)
    .filter((line) => /^\s*[^\s#]/.test(line))
    .map((line) => /^\s*/.exec(line)![0])[0];
  const statements = lines.flatMap((line, number) =>
    number === 0 ? [line.trim()] : line.startsWith(indentation ?? "") ? [line.slice((indentation ?? "").length)] : [],
  );
  return statements.map((statement) => NAME.exec(statement)?.[1]?.trim()).find((name) => name !== undefined);
}

/** `GetOrder` becomes `get-order`, as Zato names services that have no name of their own. */
function hyphenated(className: string): string {
  return className.replace(/(?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z])/g, "-$&").toLowerCase();
}
