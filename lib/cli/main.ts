#!/usr/bin/env node
import { parseArgs } from "node:util";
import { FRAMEWORK } from "../framework";
import { DeclaredStack } from "./declared-stack";
import { init } from "./init";
import { logs } from "./logs";
import { ownPackage } from "./own-package";
import { restore } from "./restore";
import { shell } from "./shell";
import { isStackFolder, onlyStackFolder } from "./stack-folder";
import { verify } from "./verification";
import { webAdmin } from "./web-admin";

const USAGE = `usage: ${FRAMEWORK.library} verify [STACK_FOLDER] [--json]
       ${FRAMEWORK.library} restore [STACK_FOLDER] CLUSTER BACKUP [--keys-only] [--from-another] [--discard]
       ${FRAMEWORK.library} ssh [STACK_FOLDER] HOST [-- COMMAND…]
       ${FRAMEWORK.library} web-admin [STACK_FOLDER] CLUSTER [--port PORT]
       ${FRAMEWORK.library} logs [STACK_FOLDER] [COMPONENT…] [-f] [--since TIME] [--grep PATTERN]
       ${FRAMEWORK.library} init [FOLDER]
       ${FRAMEWORK.library} --help | --version

  verify    ask every host what is not as the last deploy left it, and every cluster what it runs; print what was changed by
            hand, and what differs from the declaration or between clusters. The last line is the command that puts it right
              --json          print all of that as one JSON document
  restore   bring a cluster that is deployed back to what BACKUP, a file on this machine, holds: its ODB and the keys that
            were generated for it. What is there now is kept as a backup on the host.
              --keys-only     the keys alone, for an ODB that is still there
              --from-another  BACKUP may be that of another deployment
              --discard       what is there now may be lost
  ssh       open a shell on HOST, or run COMMAND by its shell, as ssh does; the exit status is its own, or 255 where HOST is
            not reached
  web-admin bring the web-admin of CLUSTER to this machine, until the program is ended; print its URL, and where the password is
              --port PORT     the port here, by default its own, or the next one that is free
  logs      show what deploys, units, Zato's servers and balancers have said on all hosts, merged by time. COMPONENT is a name as
            in the document (host1-server1, edge), or the one in its cluster (server1)
              -f, --follow    go on until the program is ended
              --since TIME    how far to look back: 90s, 10m (the default), 2h, 1d
              --grep PATTERN  only lines that have the text, or match the basic regular expression
  init      write a project into FOLDER, or here, that synthesizes and deploys after three edits

STACK_FOLDER is where '${FRAMEWORK.name} synth' has put the stack, for example cdktf.out/stacks/production; without it, the only
stack that is there. What only Terraform knows, 'terraform show -json' is asked for there (TERRAFORM_BINARY_NAME names another
program).

exit status: 0 as declared, or restored; 1 something differs, or was not restored; 2 a host cannot be asked or the call is
wrong
`;

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
  restore: {
    options: RESTORE_OPTIONS,
    words: 2,
    run: (stack, { words: [cluster, backup], options }) =>
      restore({ stack, cluster: cluster!, backup: backup!, options: options.map((name) => `--${name}`) }, write),
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
const WITH_VALUE = ["port", "since", "grep"];

/** Options that have a letter. */
const LETTERS: Readonly<Record<string, { readonly short: string }>> = { follow: { short: "f" } };

function write(text: string): void {
  process.stdout.write(visible(text));
}

function complain(text: string): void {
  process.stderr.write(`${FRAMEWORK.library}: ${visible(text)}`);
}

/** Without what terminals obey: much of it comes from Zato, where anybody may have written it. */
function visible(text: string): string {
  return text.replaceAll(/(?![\n\t])\p{Cc}/gu, "");
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
