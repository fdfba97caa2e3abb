#!/usr/bin/env node
import { parseArgs } from "node:util";
import { FRAMEWORK } from "../framework";
import { DeclaredStack } from "./declared-stack";
import { askOnTerminal, deploy } from "./deploy";
import { exportClusters } from "./export";
import { init } from "./init";
import { logs } from "./logs";
import { ownPackage } from "./own-package";
import { plan } from "./plan";
import { renderMarkdown } from "./plan-markdown";
import { renderText } from "./plan-text";
import { restore } from "./restore";
import { shell } from "./shell";
import { isStackFolder, onlyStackFolder, stackFolderOf } from "./stack-folder";
import { status } from "./status";
import { wantsColours, withoutControls } from "./terminal";
import { testAlarms } from "./test-alarms";
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
  /** The values of those that may stand several times. */
  readonly each: Readonly<Record<string, readonly string[] | undefined>>;
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
  status: {
    options: ["watch", "json"],
    words: 0,
    run: (stack, { options }) =>
      status(
        {
          stack,
          isWatching: options.includes("watch"),
          isJson: options.includes("json"),
          isTerminal: process.stdout.isTTY,
          screen: () => ({
            hasColours: wantsColours(),
            width: process.stdout.columns ?? 120,
            height: process.stdout.rows ?? 50,
          }),
        },
        (text) => process.stdout.write(text),
      ),
  },
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
  deploy: {
    options: ["plan", "yes"],
    words: 0,
    run: (stack, { options, values }) =>
      deploy(
        {
          stack,
          file: values.plan,
          isApproved: options.includes("yes"),
          hasColours: wantsColours(),
          ...(process.stdin.isTTY && { ask: askOnTerminal }),
        },
        (text) => process.stdout.write(text),
      ),
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
  "test-alarms": { options: [], words: 0, run: (stack) => testAlarms(stack, write) },
  logs: {
    options: ["follow", "since", "grep"],
    run: (stack, { words: components, options, values: { since, grep } }) =>
      logs({ stack, components, since, grep, follow: options.includes("follow") }, write, complain),
  },
};

/** Options that `export` has for each host. */
const OF_EACH_HOST = ["servers", "user", "zato", "container", "engine"];

/** A command that needs no stack: the project is yet to be written. */
interface Beginning {
  readonly options: readonly string[];
  /** What it takes, for people. */
  readonly takes: string;
  readonly isRight: (words: number) => boolean;
  readonly run: (call: Call) => number | Promise<number>;
}

const BEGINNINGS: Readonly<Record<string, Beginning>> = {
  init: {
    options: [],
    takes: "a folder",
    isRight: (words) => words < 2,
    run: ({ words }) => init(words[0] ?? ".", write),
  },
  export: {
    options: ["into", "key", "known-hosts", ...OF_EACH_HOST],
    takes: "hosts and its options",
    isRight: (words) => words > 0,
    run: ({ words, values, each }) => exportClusters({ hosts: words, values, each }, write),
  },
};

/** The options that have a value, of all commands. */
const WITH_VALUE = ["plan", "port", "since", "grep", ...BEGINNINGS.export!.options];

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
  const commands = [...Object.values(COMMANDS), ...Object.values(BEGINNINGS)];
  const names = ["help", "version", ...commands.flatMap(({ options }) => options)];
  const typed = process.argv.slice(2);
  const end = typed.includes("--") ? typed.indexOf("--") : typed.length;
  const { positionals: words, values } = parseArgs({
    args: typed.slice(0, end),
    allowPositionals: true,
    options: Object.fromEntries(
      names.map((name) => [
        name,
        {
          type: WITH_VALUE.includes(name) ? "string" : "boolean",
          multiple: OF_EACH_HOST.includes(name),
          ...LETTERS[name],
        } as const,
      ]),
    ),
  });
  return {
    words,
    options: Object.keys(values),
    values: values as Call["values"],
    each: values as unknown as Call["each"],
    rest: typed.slice(end + 1),
  };
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
  const { options, rest } = call;
  if (options.includes("help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (options.includes("version")) {
    process.stdout.write(`${ownPackage().version}\n`);
    return 0;
  }
  const [name = "", ...words] = call.words;
  const beginning = Object.hasOwn(BEGINNINGS, name) ? BEGINNINGS[name] : undefined;
  if (beginning) {
    const isKnown = rest.length === 0 && options.every((option) => beginning.options.includes(option));
    return isKnown && beginning.isRight(words.length)
      ? beginning.run({ ...call, words })
      : refuse(`'${name}' takes ${beginning.takes}, and nothing else`);
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    return refuse(name === "" ? "" : `there is no command '${name}'`);
  }
  const foreign = options.find((option) => !command.options.includes(option));
  if (foreign !== undefined) {
    return refuse(`'${name}' has no option '--${foreign}'`);
  }
  if (rest[0] && !command.takesRest) {
    return refuse(`'${name}' takes nothing behind '--'`);
  }
  const missing =
    command.words === undefined
      ? words.slice(0, 1).filter((word) => isStackFolder(stackFolderOf(word))).length
      : words.length - command.words;
  if (missing !== 0 && missing !== 1) {
    return refuse(`'${name}' ${missing < 0 ? "needs more" : "takes fewer"} words`);
  }
  const folder = missing === 1 ? stackFolderOf(words[0]!) : onlyStackFolder();
  return command.run(new DeclaredStack(folder), { ...call, words: words.slice(missing) });
}

// Whoever has read has gone: 'logs | head'.
process.stdout.on("error", () => process.kill(process.pid, "SIGTERM"));

/**
 * When the command has ended. A file that exports nothing is CommonJS to esbuild, which would wrap each module that such a file shares with
 * another entry point in a function.
 */
export const ended = main().then(
  (status) => (process.exitCode = status),
  (error: Error) => {
    complain(`${error.message}\n`);
    process.exitCode = 2;
  },
);
