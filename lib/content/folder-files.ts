import { lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { IConstruct } from "constructs";
import { ConstructError } from "../validation";

/** What is in a folder. */
export interface FolderFiles {
  /** The files, each by its path from the folder on, with `/` between names. */
  readonly files: readonly string[];

  /** What was left out, likewise. */
  readonly leftOut: readonly string[];
}

/** What begins with a dot, such as `.git` and `.env`; what Python compiles; and what editors and systems leave behind. */
const LEFT_OUT = /^\.|^__pycache__$|\.py[co]$|~$|^#.*#$|^Thumbs\.db$/;

/**
 * The files of a folder and of all folders below. Links are followed within the folder.
 *
 * @param asked names of files and folders in it that are not left out, though they begin with a dot
 * @throws ConstructError when a link leads out of the folder, to nothing, or in a circle; something is neither file nor folder; or
 * nothing of a name that was asked for is there
 */
export function filesIn(scope: IConstruct, folder: string, asked: readonly string[] = []): FolderFiles {
  const files: string[] = [];
  const leftOut: string[] = [];
  const missing = asked.find((name) => !readdirSync(folder).includes(name));
  if (missing !== undefined) {
    throw new ConstructError(scope, `'${missing}' is not in '${folder}'`, "name what is in the folder");
  }
  const root = realpathSync(folder);
  const walk = (path: string, behind: readonly string[]): void => {
    for (const name of readdirSync(path).sort()) {
      const file = join(path, name);
      const target = relative(folder, file).split(sep).join("/");
      if (LEFT_OUT.test(name) && !asked.includes(target)) {
        leftOut.push(target);
        continue;
      }
      const real = realPath(scope, root, file);
      if (statSync(real).isDirectory()) {
        requireNoCircle(scope, file, real, behind);
        walk(file, [...behind, real]);
      } else {
        requirePlainFile(scope, file, real);
        files.push(target);
      }
    }
  };
  walk(folder, [root]);
  return { files: files.sort(), leftOut: leftOut.sort() };
}

function realPath(scope: IConstruct, root: string, file: string): string {
  if (!lstatSync(file).isSymbolicLink()) {
    return file;
  }
  let real: string;
  try {
    real = realpathSync(file);
  } catch {
    throw new ConstructError(scope, `the link '${file}' leads to nothing`, "remove it");
  }
  if (!real.startsWith(root + sep)) {
    throw new ConstructError(
      scope,
      `the link '${file}' leads to '${real}', out of the folder`,
      "put a copy in its place, or add what it leads to by itself",
    );
  }
  return real;
}

function requireNoCircle(scope: IConstruct, file: string, real: string, behind: readonly string[]): void {
  if (behind.includes(realpathSync(real))) {
    throw new ConstructError(scope, `the link '${file}' leads to a folder that it is in`, "remove it");
  }
}

function requirePlainFile(scope: IConstruct, file: string, real: string): void {
  if (!statSync(real).isFile()) {
    throw new ConstructError(scope, `'${file}' is neither a file nor a folder`, "remove it");
  }
}
