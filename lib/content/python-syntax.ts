import { spawnSync } from "node:child_process";
import { IConstruct } from "constructs";
import { ConstructError } from "../validation";

/** Prints the first file that Python cannot parse. */
const PROGRAM = `
import ast, sys
for path in sys.argv[1:]:
    try:
        ast.parse(open(path, "rb").read(), path)
    except (SyntaxError, ValueError) as error:
        sys.exit(f"{path}:{getattr(error, 'lineno', 0)}: {getattr(error, 'msg', error)}")
`;

/**
 * Checks the syntax of Python files, where the machine that synthesizes has a `python3`. Zato itself would only log a
 * file that it cannot load, and go on with the old code.
 *
 * @throws ConstructError naming file, line and fault
 */
export function checkPythonSyntax(scope: IConstruct, files: readonly string[]): void {
  const { status, stderr } = spawnSync("python3", ["-I", "-c", PROGRAM, ...files], { encoding: "utf8" });
  if (status !== null && status !== 0) {
    throw new ConstructError(scope, `python cannot read the services: ${stderr.trim()}`, "mend the file");
  }
}
