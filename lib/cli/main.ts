#!/usr/bin/env node
import { parseArgs } from "node:util";
import { FRAMEWORK } from "../framework";
import { DeclaredStack } from "./declared-stack";
import { init } from "./init";
import { logs } from "./logs";
import { ownPackage } from "./own-package";
import { plan } from "./plan";
import { renderMarkdown } from "./plan-markdown";
import { renderText } from "./plan-text";
import { restore } from "./restore";
import { shell } from "./shell";
import { isStackFolder, onlyStackFolder } from "./stack-folder";
import { wantsColours, withoutControls } from "./terminal";
import { topology } from "./topology";
import { USAGE } from "./usage";
import { verify } from "./verification";
import { webAdmin } from "./web-admin";

const RESTORE_OPTIONS = ["keys-only", "from-another", "discard"];

/** What a command is given: its words, the names of its options, the values of those that have one, and what comes behind `--`. */
interface Call {
  readonly words: readonly string[];
  readonly options: readonly string[];
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly rest: readonly string[];
}

/** A command, and what it takes. */
interface Command {
  readonly options: readonly string[];
  /** How many words it takes besides the stack's folder; any number where it does not say. */
  readonly words?: number;
  /** Whether something may come behind `--`. */
  readonly takesRest?: boolean;
  readonly run: (stack: DeclaredStack, call: Call) => Promise<number>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  verify: {
    options: ["json"],
    words: 0,
    run: async (stack, { options }) => {
      const { verification, lines } = await verify(stack);
      const text = options.includes("json") ? JSON.stringify(verification, undefined, 2) : lines.join("\n");
      write(`${text}\n`);
      return verification.status;
    },
  },
  plan: {
    options: ["plan", "markdown", "json"],
    words: 0,
    run: (stack, { options, values }) => {
      const report = plan(stack, values.plan);
      const lines = options.includes("markdown") ? renderMarkdown(report) : renderText(report, wantsColours());
      process.stdout.write(`${options.includes("json") ? JSON.stringify(report, undefined, 2) : lines.join("\n")}\n`);
      return Promise.resolve(0);
    },
  },
  restore: {
    options: RESTORE_OPTIONS,
    words: 2,
    run: (stack, { words: [cluster, backup], options }) =>
      restore({ stack, cluster: cluster!, backup: backup!, options: options.map((name) => `--${name}`) }, write),
  },
  topology: {
    options: ["dot", "svg", "content"],
    words: 0,
    run: async ({ document }, { options }) => {
      write(await topology(document, options));
      return 0;
    },
  },
  ssh: {
    options: [],
    words: 1,
    takesRest: true,
    run: (stack, { words: [host], rest }) => shell(stack, host!, rest),
  },
  "web-admin": {
    options: ["port"],
    words: 1,
    run: (stack, { words: [cluster], values: { port } }) => webAdmin({ stack, cluster: cluster!, port }, write),
  },
  logs: {
    options: ["follow", "since", "grep"],
    run: (stack, { words: components, options, values: { since, grep } }) =>
      logs({ stack, components, since, grep, follow: options.includes("follow") }, write, complain),
  },
};

/** The options that have a value, of all commands. */
const WITH_VALUE = ["plan", "port", "since", "grep"];

/** Options that have a letter. */
const LETTERS: Readonly<Record<string, { readonly short: string }>> = { follow: { short: "f" } };

function write(text: string): void {
  process.stdout.write(withoutControls(text));
}

function complain(text: string): void {
  process.stderr.write(`${FRAMEWORK.library}: ${withoutControls(text)}`);
}

/** What was typed; throws for an option that there is not. */
function parse(): Call {
  const names = ["help", "version", ...Object.values(COMMANDS).flatMap(({ options }) => options)];
  const typed = process.argv.slice(2);
  const end = typed.includes("--") ? typed.indexOf("--") : typed.length;
  const { positionals: words, values } = parseArgs({
    args: typed.slice(0, end),
    allowPositionals: true,
    options: Object.fromEntries(
      names.map((name) => [
        name,
        { type: WITH_VALUE.includes(name) ? "string" : "boolean", ...LETTERS[name] } as const,
      ]),
    ),
  });
  return { words, options: Object.keys(values), values: values as Call["values"], rest: typed.slice(end + 1) };
}

function refuse(problem: string): number {
  process.stderr.write(`${problem === "" ? "" : `${FRAMEWORK.library}: ${problem}\n`}${USAGE}`);
  return 2;
}

async function main(): Promise<number> {
  let call: Call;
  try {
    call = parse();
  } catch (error) {
    return refuse((error as Error).message);
  }
  const { options, values, rest } = call;
  if (options.includes("help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (options.includes("version")) {
    process.stdout.write(`${ownPackage().version}\n`);
    return 0;
  }
  const [name = "", ...words] = call.words;
  if (name === "init" && words.length < 2 && options.length === 0 && rest.length === 0) {
    return init(words[0] ?? ".", write);
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command || !options.every((option) => command.options.includes(option)) || (rest[0] && !command.takesRest)) {
    return refuse("");
  }
  const missing =
    command.words === undefined ? Number(words.slice(0, 1).some(isStackFolder)) : words.length - command.words;
  if (missing !== 0 && missing !== 1) {
    return refuse("");
  }
  const folder = missing === 1 ? words[0]! : onlyStackFolder();
  return command.run(new DeclaredStack(folder), { words: words.slice(missing), options, values, rest });
}

// Whoever has read has gone: 'logs | head'.
process.stdout.on("error", () => process.kill(process.pid, "SIGTERM"));

main().then(
  (status) => (process.exitCode = status),
  (error: Error) => {
    process.stderr.write(`${FRAMEWORK.library}: ${error.message}\n`);
    process.exitCode = 2;
  },
);
