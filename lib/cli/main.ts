#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { FRAMEWORK } from "../framework";
import { DeclaredStack } from "./declared-stack";
import { plan } from "./plan";
import { renderMarkdown } from "./plan-markdown";
import { renderText } from "./plan-text";
import { restore } from "./restore";
import { onlyStackFolder } from "./stack-folder";
import { topology } from "./topology";
import { wantsColours, withoutControls } from "./terminal";
import { verify } from "./verification";

const USAGE = `usage: ${FRAMEWORK.library} verify [STACK_FOLDER] [--json]
       ${FRAMEWORK.library} plan [STACK_FOLDER] [--plan FILE] [--markdown | --json]
       ${FRAMEWORK.library} restore [STACK_FOLDER] CLUSTER BACKUP [--keys-only] [--from-another] [--discard]
       ${FRAMEWORK.library} topology [STACK_FOLDER] [--dot|--svg] [--content]
       ${FRAMEWORK.library} --help | --version

  verify    ask every host what is not as the last deploy left it, and every cluster what it runs; print what was changed by
            hand, and what differs from the declaration or between clusters. The last line is the command that puts it right
              --json          print all of that as one JSON document
  plan      say what 'terraform plan' means: what is installed, restarted, reloaded, moved, removed, in which order, why, and which
            clusters answer meanwhile
              --plan FILE     what 'terraform plan -out' has written; without it, a plan is made, and not kept
              --markdown      for a comment on a pull request
              --json          print all of that as one JSON document
  restore   bring a cluster that is deployed back to what BACKUP, a file on this machine, holds: its ODB and the keys that
            were generated for it. What is there now is kept as a backup on the host.
              --keys-only     the keys alone, for an ODB that is still there
              --from-another  BACKUP may be that of another deployment
              --discard       what is there now may be lost
  topology  print a picture of what the stack declares, in Mermaid; no host and no Terraform is asked
              --dot           in the language of Graphviz
              --svg           drawn, by Graphviz from the package @viz-js/viz
              --content       what the clusters run: channels and jobs, services, connections

STACK_FOLDER is where '${FRAMEWORK.name} synth' has put the stack, for example cdktf.out/stacks/production; without it, the only
stack that is there. What only Terraform knows, 'terraform show -json' is asked for there (TERRAFORM_BINARY_NAME names another
program).

exit status: 0 as declared, or restored; 1 something differs, or was not restored; 2 a host cannot be asked or the call is
wrong; of plan: 0 whatever it says, 2 Terraform does not say
`;

const RESTORE_OPTIONS = ["keys-only", "from-another", "discard"];

/** What a command is given: its words, the names of its options, and what follows those that take a value. */
interface Call {
  readonly words: readonly string[];
  readonly options: readonly string[];
  readonly values: Readonly<Record<string, string | undefined>>;
}

/** Options that take a value. */
const VALUES = ["plan"];

/** A command, and what it takes. */
interface Command {
  readonly options: readonly string[];
  /** How many words it takes besides the stack's folder. */
  readonly words: number;
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
};

function write(text: string): void {
  process.stdout.write(withoutControls(text));
}

/** Of the package, two folders above in the sources as in the package. */
function ownVersion(): string {
  const file = join(__dirname, "..", "..", "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** What was typed; throws for an option that there is not. */
function parse(): Call {
  const names = ["help", "version", ...Object.values(COMMANDS).flatMap(({ options }) => options)];
  const { positionals: words, values } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(names.map((name) => [name, { type: VALUES.includes(name) ? "string" : "boolean" }])),
  });
  const texts = VALUES.flatMap((name) => (typeof values[name] === "string" ? [[name, values[name]]] : []));
  return { words, options: Object.keys(values), values: Object.fromEntries(texts) as Call["values"] };
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
  const { options } = call;
  if (options.includes("help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (options.includes("version")) {
    process.stdout.write(`${ownVersion()}\n`);
    return 0;
  }
  const [name = "", ...words] = call.words;
  const command = COMMANDS[name];
  if (!command || !options.every((option) => command.options.includes(option))) {
    return refuse("");
  }
  const missing = words.length - command.words;
  if (missing !== 0 && missing !== 1) {
    return refuse("");
  }
  const folder = missing === 1 ? words[0]! : onlyStackFolder();
  return command.run(new DeclaredStack(folder), { ...call, words: words.slice(missing) });
}

main().then(
  (status) => (process.exitCode = status),
  (error: Error) => {
    process.stderr.write(`${FRAMEWORK.library}: ${error.message}\n`);
    process.exitCode = 2;
  },
);
