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

  /** Its text. */
  readonly text: string;

  /** The SHA-256 of its content, as Zato reports it for each service in it. */
  readonly sha256: string;

  /** The names of the services in it. */
  readonly services: readonly string[];
}

/**
 * The file of services.
 *
 * @throws ConstructError when no module can have the file's name, or Zato would hide a service from imports
 */
export function serviceFile(scope: IConstruct, path: string, services: readonly string[]): ServiceFile {
  const fileName = basename(path);
  if (!/^[A-Za-z_]\w*\.py$/.test(fileName)) {
    throw new ConstructError(
      scope,
      `'${path}' cannot be the file of a Python module`,
      "name it with letters, digits and '_', beginning with a letter, and '.py'",
    );
  }
  const hidden = services.find((name) => name.startsWith("zato"));
  if (hidden !== undefined) {
    throw new ConstructError(
      scope,
      `Zato would hide the service '${hidden}' in '${path}' from imports`,
      "give it a name that does not begin with 'zato'",
    );
  }
  const content = readFileSync(path);
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { fileName, path, text: content.toString(), sha256, services };
}
