import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What the program needs of its package's own `package.json`. */
interface OwnPackage {
  readonly version: string;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Two folders above in the sources as in the package. */
export function ownPackage(): OwnPackage {
  return JSON.parse(readFileSync(join(__dirname, "..", "..", "package.json"), "utf8")) as OwnPackage;
}
