import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { hostScripts } from "../../../lib/remote/host-scripts";

const LIB = join(__dirname, "..", "..", "..", "lib");
const SCRIPTS = hostScripts().map(({ source }) => source);

/** What a message of a script begins with, up to its text: the ways in which scripts say that they cannot go on, or what `verify` finds. */
const FAILURES = /\b(?:fail|finding|because|found) "|\bsay "(?=failed )|\becho "(?=\[\$reach_host\])/g;

/** A message, with `…` in the place of what only a run knows, and where it stands. */
interface HostMessage {
  readonly text: string;
  readonly file: string;
}

/** Everything that the host scripts, and commands that are run before them, can end with or find. */
export function hostMessages(): HostMessage[] {
  return [
    ...SCRIPTS.filter((file) => file.endsWith(".sh")).flatMap((file) => messages(file, inShell)),
    ...SCRIPTS.filter((file) => file.endsWith(".py")).flatMap((file) => messages(file, inPython)),
    ...filesIn(LIB, ".ts").flatMap((file) => messages(file, inCommands)),
  ];
}

function filesIn(folder: string, end: string): string[] {
  const files = readdirSync(folder, { recursive: true }) as string[];
  return files.filter((file) => file.endsWith(end)).map((file) => join(folder, file));
}

function messages(file: string, find: (code: string) => string[]): HostMessage[] {
  return find(readFileSync(file, "utf8")).map((text) => ({ text: plain(text), file: relative(LIB, file) }));
}

/** One space for any, and one `…` for several. */
export function plain(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/…(\s*…)+/g, "…")
    .trim();
}

export function inShell(script: string): string[] {
  const code = script.replace(/^\s*#.*$/gm, "").replace(/" \\\n\s*"/g, " ");
  return [...code.matchAll(FAILURES)].map((match) => textOf(code, match.index + match[0].length));
}

/** The text of a quotation, which begins at a position. */
function textOf(code: string, begin: number): string {
  let text = "";
  for (let at = begin; code[at] !== '"'; at++) {
    if (code[at] === "\\") {
      text += code[++at];
    } else if (code[at] === "$") {
      const end = endOfExpansion(code, at);
      // What is said where there is nothing else to say is a message of its own.
      const [, instead] = /^\$\{\w+:-([^"]* [^"]*)\}$/.exec(code.slice(at, end)) ?? [];
      text += instead === undefined ? "…" : textOf(`${instead}"`, 0);
      at = end - 1;
    } else {
      text += code[at];
    }
  }
  return text;
}

/** Where `$name`, `${…}` or `$(…)` ends that begins at a position. */
function endOfExpansion(code: string, begin: number): number {
  const [name] = /^\$(\w+|[*#?$@])/.exec(code.slice(begin)) ?? [];
  if (name !== undefined) {
    return begin + name.length;
  }
  let depth = 0;
  for (let at = begin + 1; ; at++) {
    if ("({".includes(code[at]!)) {
      depth++;
    } else if (")}".includes(code[at]!) && --depth === 0) {
      return at + 1;
    } else if (code[at] === "'") {
      at = code.indexOf("'", at + 1);
    } else if (code[at] === '"') {
      at = endOfQuotation(code, at + 1);
    }
  }
}

function endOfQuotation(code: string, begin: number): number {
  let at = begin;
  while (code[at] !== '"') {
    at = code[at] === "\\" ? at + 2 : code[at] === "$" ? endOfExpansion(code, at) : at + 1;
  }
  return at;
}

/** What a command says that is written in TypeScript: `… || { echo "…"; exit 1; }`. */
function inCommands(code: string): string[] {
  return [...code.replace(/` \+\s*`/g, "").matchAll(/\{ echo "([^"]*)"[^}"]*; exit 1; \}/g)].map(([, text]) =>
    text!.replace(/\$\{[^}]*\}/g, "…"),
  );
}

/** Texts of three words and more that are made at run time, but for those of progress. */
export function inPython(script: string): string[] {
  return [...script.matchAll(/^(?!.*\bprint\().*?\bf"((?:[^"\\]|\\.)*)".*$/gm)]
    .flatMap(([line]) => [...line.matchAll(/\bf"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text!))
    .map((text) => text.replace(/\{[^{}]*\}/g, "…"))
    .filter((text) => text.replaceAll("…", "").trim().split(/\s+/).length >= 3);
}
