#!/usr/bin/env node
import { parseArgs } from "node:util";
import { FRAMEWORK } from "../framework";
import { DeclaredStack } from "./declared-stack";
import { restore } from "./restore";
import { verify } from "./verification";

const USAGE = `usage: ${FRAMEWORK.library} verify STACK_FOLDER
       ${FRAMEWORK.library} restore STACK_FOLDER CLUSTER BACKUP [--keys-only] [--from-another] [--discard]

  verify    ask every host what is not as the last deploy left it, and every cluster what it runs; print what was changed by
            hand, and what differs from the declaration or between clusters. The last line is the command that puts it right
  restore   bring a cluster that is deployed back to what BACKUP, a file on this machine, holds: its ODB and the keys that
            were generated for it. What is there now is kept as a backup on the host.
              --keys-only     the keys alone, for an ODB that is still there
              --from-another  BACKUP may be that of another deployment
              --discard       what is there now may be lost

STACK_FOLDER is where '${FRAMEWORK.name} synth' has put the stack, for example cdktf.out/stacks/production. What only Terraform
knows, 'terraform show -json' is asked for there (TERRAFORM_BINARY_NAME names another program).

exit status: 0 as declared, or restored; 1 something differs, or was not restored; 2 a host cannot be asked or the call is
wrong
`;

const RESTORE_OPTIONS = ["keys-only", "from-another", "discard"];

/** What a command is given: its words, and the names of its options. */
interface Call {
  readonly words: readonly string[];
  readonly options: readonly string[];
}

/** A command, and what it takes. */
interface Command {
  readonly options: readonly string[];
  /** How many words it takes besides the stack's folder. */
  readonly words: number;
  readonly run: (stack: DeclaredStack, call: Call) => Promise<number>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  verify: {
    options: [],
    words: 0,
    run: async (stack) => {
      const { verification, lines } = await verify(stack);
      write(`${lines.join("\n")}\n`);
      return verification.status;
    },
  },
  restore: {
    options: RESTORE_OPTIONS,
    words: 2,
    run: (stack, { words: [cluster, backup], options }) =>
      restore({ stack, cluster: cluster!, backup: backup!, options: options.map((name) => `--${name}`) }, write),
  },
};

/** Without what terminals obey: much of it comes from Zato, where anybody may have written it. */
function write(text: string): void {
  process.stdout.write(text.replaceAll(/(?![\n\t])\p{Cc}/gu, ""));
}

/** What was typed; throws for an option that there is not. */
function parse(): Call {
  const names = ["help", ...Object.values(COMMANDS).flatMap(({ options }) => options)];
  const { positionals: words, values } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(names.map((name) => [name, { type: "boolean" } as const])),
  });
  return { words, options: Object.keys(values) };
}

function refuse(): number {
  process.stderr.write(USAGE);
  return 2;
}

async function main(): Promise<number> {
  const { words: [name = "", folder, ...words], options } = parse(); // prettier-ignore
  if (options.includes("help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  const command = COMMANDS[name];
  if (!command || folder === undefined || words.length !== command.words) {
    return refuse();
  }
  if (!options.every((option) => command.options.includes(option))) {
    return refuse();
  }
  return command.run(new DeclaredStack(folder), { words, options });
}

main().then(
  (status) => (process.exitCode = status),
  (error: Error) => {
    process.stderr.write(`${FRAMEWORK.library}: ${error.message}\n`);
    process.exitCode = 2;
  },
);
