import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { DOCUMENT_FILE, StackDocument } from "../document";
import { FRAMEWORK } from "../framework";

/**
 * The folder of the only stack that was synthesized here.
 *
 * @throws Error when there is none, or there are several
 */
export function onlyStackFolder(): string {
  const stacks = join(outputFolder(), "stacks");
  const names = existsSync(stacks) ? readdirSync(stacks).sort() : [];
  const [folder, ...others] = names
    .map((name) => join(stacks, name))
    .filter((one) => isStackFolder(one) && !isForsaken(one));
  if (folder === undefined) {
    throw new Error(
      `there is no synthesized stack with hosts in '${stacks}'; run '${FRAMEWORK.name} synth' before, or name the stack`,
    );
  }
  if (others.length > 0) {
    throw new Error(
      `there are several stacks; say which: ${[folder, ...others].map((one) => basename(one)).join(", ")}`,
    );
  }
  return folder;
}

/** The folder of a stack, by that or by the stack's name as the framework's own program takes it. */
export function stackFolderOf(word: string): string {
  const named = join(outputFolder(), "stacks", word);
  return !isStackFolder(word) && isStackFolder(named) ? named : word;
}

/** Whether a folder is that of a synthesized stack. */
export function isStackFolder(folder: string): boolean {
  return existsSync(join(folder, DOCUMENT_FILE));
}

/** What Terraform reads, in one language or the other. */
const CONFIGURATIONS = ["cdk.tf.json", "cdk.tf"];

/**
 * Whether a document is of a former synth, since the stack has lost all that it says: nobody writes it anew then, nor takes it away. The
 * configuration beside it has nothing of the names in it.
 */
export function isForsaken(folder: string): boolean {
  const { hosts, deployments } = JSON.parse(
    readFileSync(join(folder, DOCUMENT_FILE), "utf8"),
  ) as Partial<StackDocument>;
  const names = [
    ...(hosts ?? []).map(({ resources }) => resources.lifetime.slice(resources.lifetime.indexOf(".") + 1)),
    ...(deployments ?? []).flatMap(({ outputs }) => Object.values(outputs)),
  ];
  const texts = CONFIGURATIONS.map((name) => join(folder, name))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, "utf8"));
  return names.length > 0 && texts.length > 0 && !names.some((name) => texts.some((text) => text.includes(name)));
}

/** Where the framework's own program puts what it synthesizes. */
function outputFolder(): string {
  const settings = existsSync("cdktf.json")
    ? (JSON.parse(readFileSync("cdktf.json", "utf8")) as { output?: string })
    : {};
  return process.env.CDKTF_OUTDIR ?? settings.output ?? "cdktf.out";
}
