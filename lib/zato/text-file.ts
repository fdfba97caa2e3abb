import { readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import { IConstruct } from "constructs";
import { ConstructError, isFile } from "../validation";

/**
 * The text of a file on the machine that runs `cdktf`.
 *
 * @throws ConstructError when the path is relative, or no file is there
 */
export function readTextFile(scope: IConstruct, what: string, file: string): string {
  if (typeof file !== "string" || !isAbsolute(file) || !isFile(file)) {
    throw new ConstructError(
      scope,
      `${what} '${file}' is not there`,
      "give the absolute path of a file, for example by path.join(__dirname, …)",
    );
  }
  return readFileSync(file, "utf8");
}
