#!/usr/bin/env node
import { parseArgs } from "node:util";
import { verifyHosts } from "./drift";
import { verifyContent } from "./verify";

const USAGE = `usage: cdktf-zato verify STACK_FOLDER

  verify    ask every host what is not as the last deploy left it, and every cluster what it runs; print what was changed by
            hand, and what differs from the declaration or between clusters
            STACK_FOLDER is where 'cdktf synth' has put the stack, for example cdktf.out/stacks/production

exit status: 0 as declared, 1 something differs, 2 a host cannot be asked or the call is wrong
`;

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { help: { type: "boolean" } } });
  const [command, folder, ...rest] = positionals;
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (command !== "verify" || folder === undefined || rest.length > 0) {
    process.stderr.write(USAGE);
    return 2;
  }
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  return Math.max(await verifyHosts(folder, print), await verifyContent(folder, print));
}

main().then(
  (status) => (process.exitCode = status),
  (error: Error) => {
    process.stderr.write(`cdktf-zato: ${error.message}\n`);
    process.exitCode = 2;
  },
);
