import { existsSync, statSync } from "node:fs";
import { isAbsolute } from "node:path";
import { IConstruct } from "constructs";
import { ConstructError } from "./construct-error";

/**
 * Refuses what is no file of the machine where the program runs.
 *
 * @param what what the file is to be, as messages say it: `the enmasse file`
 * @throws ConstructError when the path is relative or none, or no file is there
 */
export function requireLocalFile(scope: IConstruct, what: string, path: string): string {
  return requirePlace(scope, what, path, isThere(path) && statSync(path).isFile(), "a file that exists");
}

/**
 * Refuses what is neither a file nor a folder of the machine where the program runs.
 *
 * @throws ConstructError when the path is relative or none, or nothing is there
 */
export function requireLocalPath(scope: IConstruct, path: string): string {
  return requirePlace(scope, "the file or folder", path, isThere(path), "a file or folder that exists");
}

function isThere(path: unknown): boolean {
  return typeof path === "string" && isAbsolute(path) && existsSync(path);
}

function requirePlace(scope: IConstruct, what: string, path: string, isRight: boolean, kind: string): string {
  if (!isRight) {
    throw new ConstructError(
      scope,
      `${what} '${path}' is not there`,
      `give the absolute path of ${kind}, for example by path.join(__dirname, …)`,
    );
  }
  return path;
}
