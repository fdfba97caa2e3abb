import { spawnSync } from "node:child_process";
import { join, relative, sep } from "node:path";
import { IConstruct } from "constructs";
import { LIBRARY_FOLDER } from "../library-folder";
import { ConstructError } from "../validation";
import { filesIn } from "./folder-files";

/** Reads Python without running it. */
const PROGRAM = join(LIBRARY_FOLDER, "content", "python", "services.py");

/** What Python is called, on one machine or another. */
const INTERPRETERS = ["python3", "python"];

/** Folders that can be packages: all others, such as `.venv`, are nobody's to import. */
const PACKAGE = /^[A-Za-z_]\w*$/;

/** What the program answers. */
interface Answer {
  readonly services?: Readonly<Record<string, readonly string[]>>;
  readonly finding?: Readonly<Record<"file" | "problem" | "way_out", string>> & { readonly line: number };
}

/** The Python files in a folder and in the packages below it. */
export function pythonFilesIn(scope: IConstruct, folder: string): string[] {
  return filesIn(scope, folder)
    .files.filter((path) => path.endsWith(".py") && path !== "__init__.py")
    .filter((path) =>
      path
        .split("/")
        .slice(0, -1)
        .every((name) => PACKAGE.test(name)),
    )
    .map((path) => join(folder, path));
}

/** The name by which Python knows a file, or the package that it is in, from a folder on. */
export function topModuleOf(root: string, path: string): string {
  return relative(root, path).split(sep)[0]!.replace(/\.py$/, "");
}

/**
 * The services in Python files, as Zato finds and names them. Python itself reads the files; it runs none of them.
 *
 * @param root the folder from which on they are modules; those in folders below are only imported
 * @param known the files of modules that they may import, by the module's name
 * @returns the names of the services of each file in the folder itself
 * @throws ConstructError when there is no Python; and with file and line when Python cannot read a file, it hides a module of
 * Python's own, or nobody can tell whether a class is a service, or what it is called
 */
export function servicesIn(
  scope: IConstruct,
  root: string,
  files: readonly string[],
  known: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly string[]>> {
  const { finding, services } = ask(scope, JSON.stringify({ root, files, known }));
  if (finding) {
    const { file, line, problem, way_out } = finding;
    throw new ConstructError(scope, `${file}:${line}: ${problem}`, way_out);
  }
  return services!;
}

function ask(scope: IConstruct, input: string): Answer {
  for (const interpreter of INTERPRETERS) {
    const options = { input, encoding: "utf8", maxBuffer: 1e8 } as const;
    const { status, stdout, stderr } = spawnSync(interpreter, ["-I", "-B", PROGRAM], options);
    if (status === 0) {
      return JSON.parse(stdout) as Answer;
    }
    if (status !== null) {
      throw new ConstructError(scope, `python cannot read the services: ${stderr.trim()}`, "install a newer Python");
    }
  }
  throw new ConstructError(
    scope,
    "there is no python3 on this machine, and nothing else can tell which services are in Python files",
    "install Python 3.10 or later where the program runs",
  );
}
