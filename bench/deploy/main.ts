import { writeFileSync } from "node:fs";
import path from "node:path";
import { format, resolveConfig } from "prettier";
import { Lab } from "../../lab/lab";
import { silent } from "../../lab/log";
import { renderTable, type Result } from "../result";
import { AnsiblePeer } from "./ansible-peer";
import type { Deployer } from "./deployer";
import { HOSTS, LibraryDeployment } from "./library-deployment";

const RESULTS_FILE = path.join(__dirname, "RESULTS.md");
const ROUNDS = 2;

/** What both are asked to do, in this order, and how fast the library should be in comparison. */
const STEPS = [
  { what: "first install of two hosts", goal: 0.3 },
  { what: "apply without changes", goal: 0.02 },
  { what: "one changed setting of one server", goal: 0.1 },
] as const;

async function main(): Promise<void> {
  const lab = await Lab.up({ hosts: HOSTS.map((name) => ({ name })), log: silent });
  const ratios: number[][] = STEPS.map(() => []);
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      await lab.freshHosts(HOSTS, { equipped: true });
      const library = new LibraryDeployment(lab);
      const ours = await times(library);
      await lab.freshHosts(HOSTS, { equipped: true });
      const peer = await AnsiblePeer.prepare(lab, library.rendered);
      const theirs = await times(peer);
      library.remove();
      peer.remove();
      ours.forEach((seconds, step) => {
        ratios[step]!.push(seconds / theirs[step]!);
        console.log(`${STEPS[step]!.what}: ${seconds.toFixed(2)} s, Ansible ${theirs[step]!.toFixed(2)} s`);
      });
    }
  } finally {
    await lab.down();
  }
  const results = STEPS.map(({ what, goal }, step): Result => {
    const ratio = Math.max(...ratios[step]!);
    return { what, peer: "Ansible", measured: ratio.toFixed(3), goal: `≤ ${goal}`, reached: ratio <= goal };
  });
  console.log(renderTable(results));
  const style = await resolveConfig(RESULTS_FILE);
  writeFileSync(RESULTS_FILE, await format(render(results), { ...style, parser: "markdown" }));
  process.exitCode = results.some(({ reached }) => reached === false) ? 1 : 0;
}

async function times(deployer: Deployer): Promise<number[]> {
  const seconds: number[] = [];
  for (const greeting of ["hello", "hello", "good-bye"]) {
    const begun = process.hrtime.bigint();
    await deployer.deploy(greeting);
    seconds.push(Number(process.hrtime.bigint() - begun) / 1e9);
  }
  return seconds;
}

function render(results: readonly Result[]): string {
  return `# A deploy against an Ansible playbook

\`npm run bench:deploy\` measures and writes this page. It boots the host lab, and installs Ansible into a folder of its own, which takes
Python's package registry.

${renderTable(results)}
The peer, \`playbook/\`, does the same steps in the same order on hosts of the same kind, with the units, configurations and command
files that the library renders, with pipelining, and with Ansible's own modules where there is one. Packages of the distribution are on the
hosts beforehand. The time is that of \`terraform apply\` and of \`ansible-playbook\`; both are measured in each of ${ROUNDS} rounds, and the
ratio is that of the worse round.
`;
}

void main();
