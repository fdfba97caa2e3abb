import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DOCUMENT_FILE } from "../document";
import { FRAMEWORK } from "../framework";

/**
 * The folder of the only stack that was synthesized here.
 *
 * @throws Error when there is none, or there are several
 */
export function onlyStackFolder(): string {
  const stacks = join(outputFolder(), "stacks");
  const names = existsSync(stacks) ? readdirSync(stacks).sort() : [];
  const [folder, ...others] = names.map((name) => join(stacks, name)).filter(isStackFolder);
  if (folder === undefined) {
    throw new Error(
      `there is no synthesized stack with hosts in '${stacks}'; run '${FRAMEWORK.name} synth' before, or name the stack's folder`,
    );
  }
  if (others.length > 0) {
    throw new Error(`there are several stacks; say which: ${[folder, ...others].join(", ")}`);
  }
  return folder;
}

/** Whether a folder is that of a synthesized stack. */
export function isStackFolder(folder: string): boolean {
  return existsSync(join(folder, DOCUMENT_FILE));
}

/** Where the framework's own program puts what it synthesizes. */
function outputFolder(): string {
  const settings = existsSync("cdktf.json")
    ? (JSON.parse(readFileSync("cdktf.json", "utf8")) as { output?: string })
    : {};
  return process.env.CDKTF_OUTDIR ?? settings.output ?? "cdktf.out";
}
