import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { IConstruct } from "constructs";
import { ConstructError } from "../validation";

/** Prints the first file that Python cannot parse, or whose module would stand in the place of one of Python's own. */
const PROGRAM = `
import ast, os.path, sys
root, *paths = sys.argv[1:]
for path in paths:
    name = os.path.relpath(path, root).split(os.sep)[0].split(".")[0]
    if name in (*getattr(sys, "stdlib_module_names", ()), "zato"):
        sys.exit(f"{path} would hide the module '{name}', which Zato itself needs")
    try:
        ast.parse(open(path, "rb").read(), path)
    except (SyntaxError, ValueError) as error:
        sys.exit(f"{path}:{getattr(error, 'lineno', 0)}: {getattr(error, 'msg', error)}")
`;

/** Folders that can be packages: all others, such as `.venv`, are nobody's to import. */
const PACKAGE = /^[A-Za-z_]\w*$/;

/** The Python files in a folder and in the packages below it. */
export function pythonFilesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".py") && path !== "__init__.py")
    .filter((path) =>
      path
        .split(sep)
        .slice(0, -1)
        .every((name) => PACKAGE.test(name)),
    )
    .sort()
    .map((path) => join(folder, path));
}

/** The name by which Python knows a file, or the package that it is in, from a folder on. */
export function topModuleOf(root: string, path: string): string {
  return relative(root, path).split(sep)[0]!.replace(/\.py$/, "");
}

/**
 * Checks Python files, where the machine that synthesizes has a `python3`: Zato itself would only log a file that it
 * cannot load, and go on with the old code.
 *
 * @param root the folder from which on they are modules
 * @throws ConstructError naming file, line and fault
 */
export function checkPythonFiles(scope: IConstruct, root: string, files: readonly string[]): void {
  const { status, stderr } = spawnSync("python3", ["-I", "-c", PROGRAM, root, ...files], { encoding: "utf8" });
  if (status !== null && status !== 0) {
    throw new ConstructError(scope, `python cannot use the services: ${stderr.trim()}`, "mend or rename the file");
  }
}
