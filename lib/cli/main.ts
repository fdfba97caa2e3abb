#!/usr/bin/env node
import { parseArgs } from "node:util";
import { FRAMEWORK } from "../framework";
import { verifyHosts } from "./drift";
import { restore } from "./restore";
import { verifyContent } from "./verify";

const USAGE = `usage: ${FRAMEWORK.library} verify STACK_FOLDER
       ${FRAMEWORK.library} restore STACK_FOLDER CLUSTER BACKUP [--keys-only] [--from-another] [--discard]

  verify    ask every host what is not as the last deploy left it, and every cluster what it runs; print what was changed by
            hand, and what differs from the declaration or between clusters. The last line is the command that puts it right
  restore   bring a cluster that is deployed back to what BACKUP, a file on this machine, holds: its ODB and the keys that
            were generated for it. What is there now is kept as a backup on the host.
              --keys-only     the keys alone, for an ODB that is still there
              --from-another  BACKUP may be that of another deployment
              --discard       what is there now may be lost

STACK_FOLDER is where '${FRAMEWORK.name} synth' has put the stack, for example cdktf.out/stacks/production

exit status: 0 as declared, or restored; 1 something differs, or was not restored; 2 a host cannot be asked or the call is
wrong
`;

const RESTORE_OPTIONS = ["keys-only", "from-another", "discard"];

/** Asks hosts and clusters; the last line is the command that puts right what differs, and replaces nothing else. */
async function verify(stackFolder: string, print: (line: string) => void): Promise<number> {
  const verdicts = [await verifyHosts(stackFolder, print), await verifyContent(stackFolder, print)];
  const resources = [...new Set(verdicts.flatMap((verdict) => verdict.resources))];
  if (resources.length > 0) {
    const words = [
      `terraform -chdir=${quoted(stackFolder)} apply`,
      ...resources.map((one) => `-replace=${quoted(one)}`),
    ];
    print(`to put it right: ${words.join(" ")}`);
  }
  return Math.max(...verdicts.map(({ status }) => status));
}

/** Without what terminals obey: much of it comes from Zato, where anybody may have written it. */
function visible(text: string): string {
  return text.replaceAll(/(?![\n\t])\p{Cc}/gu, "");
}

/** For a shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: "boolean" },
      ...Object.fromEntries(RESTORE_OPTIONS.map((name) => [name, { type: "boolean" } as const])),
    },
  });
  const [command, stackFolder, ...rest] = positionals;
  const options = RESTORE_OPTIONS.filter((name) => (values as Record<string, unknown>)[name]).map(
    (name) => `--${name}`,
  );
  const write = (text: string): void => void process.stdout.write(visible(text));
  const print = (line: string): void => write(`${line}\n`);
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (command === "verify" && stackFolder !== undefined && rest.length === 0 && options.length === 0) {
    return verify(stackFolder, print);
  }
  const [cluster, backup, ...more] = rest;
  if (
    command === "restore" &&
    stackFolder !== undefined &&
    cluster !== undefined &&
    backup !== undefined &&
    more.length === 0
  ) {
    return restore({ stackFolder, cluster, backup, options }, write);
  }
  process.stderr.write(USAGE);
  return 2;
}

main().then(
  (status) => (process.exitCode = status),
  (error: Error) => {
    process.stderr.write(`${FRAMEWORK.library}: ${error.message}\n`);
    process.exitCode = 2;
  },
);
