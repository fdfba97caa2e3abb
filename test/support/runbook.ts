import { readFileSync } from "node:fs";
import { join } from "node:path";

const DOCS = join(__dirname, "..", "..", "docs");

/** What the page says of a block of commands: `run: on host1, host2`, `run by: FILE` or `not run: REASON`. */
export interface RunbookBlock {
  readonly commands: readonly string[];
  readonly how: "run" | "run by" | "not run";
  /** Where, by which test, or why not. */
  readonly words: string;
}

/** The blocks of commands in a page of docs/; fails for one that does not say what runs it. */
export function runbookBlocks(page = "operations.md"): RunbookBlock[] {
  const text = readFileSync(join(DOCS, page), "utf8");
  return [...text.matchAll(/(<!-- ([^>]*) -->\n\n)?```(?:sh|sql)\n([^]*?)```/g)].map(([, , mark = "", body = ""]) => {
    return blockOf(page, mark, body);
  });
}

function blockOf(page: string, mark: string, body: string): RunbookBlock {
  const [, how, words] = /^(run|run by|not run): (.+)$/.exec(mark) ?? [];
  if (how === undefined) {
    throw new Error(`docs/${page} does not say what runs this:\n${body}`);
  }
  const commands = body.split("\n").filter((line) => line.trim() !== "");
  return { commands, how: how as RunbookBlock["how"], words: words! };
}

/** What a page has its reader do, in its order: a program to begin with, edits of it, and commands. */
export type RunbookStep =
  | { readonly program: string }
  | { readonly edit: string }
  | { readonly place: string; readonly commands: readonly string[] };

/** The steps of a page of docs/ that is done from its first line to its last. */
export function runbookSteps(page: string): RunbookStep[] {
  const text = readFileSync(join(DOCS, page), "utf8");
  return [...text.matchAll(/(?:<!-- ([^>]*) -->\n\n)?```(ts|diff|sh)\n([^]*?)```/g)].map(
    ([, mark = "", language, body = ""]) => {
      if (language === "sh") {
        const { words, commands } = blockOf(page, mark, body);
        return { place: words, commands };
      }
      return language === "ts" ? { program: body } : { edit: body };
    },
  );
}

/** A program after an edit, which is written as a diff without line numbers; fails where what it begins with is not there once. */
export function edited(program: string, edit: string): string {
  const lines = edit.split("\n").filter((line) => line !== "");
  const side = (sign: "-" | "+"): string =>
    lines
      .filter((line) => line.startsWith(" ") || line.startsWith(sign))
      .map((line) => `${line.slice(1)}\n`)
      .join("");
  const [before, after, ...more] = program.split(side("-"));
  if (after === undefined || more.length > 0) {
    throw new Error(`the program has this not once:\n${side("-")}`);
  }
  return `${before}${side("+")}${after}`;
}
