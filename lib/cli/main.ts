#!/usr/bin/env node
import { parseArgs } from "node:util";
import { verifyHosts } from "./drift";
import { restore } from "./restore";
import { verifyContent } from "./verify";

const USAGE = `usage: cdktf-zato verify STACK_FOLDER
       cdktf-zato restore STACK_FOLDER CLUSTER BACKUP [--keys-only]

  verify    ask every host what is not as the last deploy left it, and every cluster what it runs; print what was changed by
            hand, and what differs from the declaration or between clusters
  restore   bring a cluster that is deployed back to what BACKUP, a file on this machine, holds: its ODB and the keys that
            were generated for it; with --keys-only the keys alone, for an ODB that is still there

STACK_FOLDER is where 'cdktf synth' has put the stack, for example cdktf.out/stacks/production

exit status: 0 as declared, or restored; 1 something differs, or was not restored; 2 a host cannot be asked or the call is
wrong
`;

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { help: { type: "boolean" }, "keys-only": { type: "boolean", default: false } },
  });
  const [command, stackFolder, ...rest] = positionals;
  const keysOnly = values["keys-only"];
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (command === "verify" && stackFolder !== undefined && rest.length === 0 && !keysOnly) {
    const print = (line: string): void => void process.stdout.write(`${line}\n`);
    return Math.max(await verifyHosts(stackFolder, print), await verifyContent(stackFolder, print));
  }
  const [cluster, backup, ...more] = rest;
  if (
    command === "restore" &&
    stackFolder !== undefined &&
    cluster !== undefined &&
    backup !== undefined &&
    more.length === 0
  ) {
    return restore({ stackFolder, cluster, backup, keysOnly }, (text) => process.stdout.write(text));
  }
  process.stderr.write(USAGE);
  return 2;
}

main().then(
  (status) => (process.exitCode = status),
  (error: Error) => {
    process.stderr.write(`cdktf-zato: ${error.message}\n`);
    process.exitCode = 2;
  },
);
