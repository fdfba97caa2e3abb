import { readFileSync } from "node:fs";
import { join } from "node:path";

const PAGE = join(__dirname, "..", "..", "docs", "operations.md");

/** What the page says of a block of commands: `run: on host1, host2`, `run by: FILE` or `not run: REASON`. */
export interface RunbookBlock {
  readonly commands: readonly string[];
  readonly how: "run" | "run by" | "not run";
  /** Where, by which test, or why not. */
  readonly words: string;
}

/** The blocks of commands in docs/operations.md; fails for one that does not say what runs it. */
export function runbookBlocks(): RunbookBlock[] {
  const text = readFileSync(PAGE, "utf8");
  return [...text.matchAll(/(<!-- ([^>]*) -->\n\n)?```(?:sh|sql)\n([^]*?)```/g)].map(([, , mark = "", body = ""]) => {
    const [, how, words] = /^(run|run by|not run): (.+)$/.exec(mark) ?? [];
    if (how === undefined) {
      throw new Error(`docs/operations.md does not say what runs this:\n${body}`);
    }
    const commands = body.split("\n").filter((line) => line.trim() !== "");
    return { commands, how: how as RunbookBlock["how"], words: words! };
  });
}
