import { loadavg } from "node:os";
import { Lab } from "../../lab/lab";
import { silent } from "../../lab/log";
import { machine } from "../machine";
import { markdownTable, outcome } from "../result";
import { writeSection } from "../results-page";
import { median } from "../statistics";
import { Ansible } from "./ansible";
import { AnsibleDeployer } from "./ansible-deployer";
import type { Deployer } from "./deployer";
import { LibraryDeployer } from "./library-deployer";
import { HOSTS } from "./program";
import { STEPS, timings, type Timing } from "./steps";

const ROUNDS = 2;

async function main(): Promise<void> {
  const ansible = await Ansible.install();
  const lab = await Lab.up({ hosts: HOSTS.map((name) => ({ name })), log: silent });
  try {
    const library: Timing[][] = [];
    const peer: Timing[][] = [];
    for (let round = 0; round < ROUNDS; round++) {
      library.push(await onFreshHosts(lab, new LibraryDeployer(lab)));
      peer.push(await onFreshHosts(lab, new AnsibleDeployer(lab, ansible)));
    }
    const rows = STEPS.map((_, step) => compare(step, library, peer));
    const table = markdownTable(
      HEADER,
      rows.map(({ cells }) => cells),
    );
    console.log(table);
    await writeSection("Deploys", render(table, await ansible.version()));
    process.exitCode = rows.every(({ reached }) => reached) ? 0 : 1;
  } finally {
    ansible.remove();
    await lab.down();
  }
}

/** Both begin with the distribution's packages on the hosts, and with what Ansible needs there: Python's interface of apt. */
async function onFreshHosts(lab: Lab, deployer: Deployer): Promise<Timing[]> {
  await lab.freshHosts(HOSTS, { equipped: true });
  await Promise.all(HOSTS.map((host) => lab.execOrThrow(host, INSTALL_PYTHON_APT)));
  try {
    return await timings(lab, deployer);
  } finally {
    deployer.remove();
  }
}

const INSTALL_PYTHON_APT = "DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends python3-apt";

const HEADER = ["what", "library", "Ansible", "ratio", "goal", "outcome", "without the servers' own starts"];

/** A row: medians of all rounds, and the same without the time that the servers take to start, which is the same for both. */
function compare(
  step: number,
  library: readonly Timing[][],
  peer: readonly Timing[][],
): { readonly cells: string[]; readonly reached: boolean } {
  const { what, goal } = STEPS[step]!;
  const ours = library.flatMap((round) => round[step]!.seconds);
  const theirs = peer.flatMap((round) => round[step]!.seconds);
  const starts = median([...library, ...peer].map((round) => round[step]!.starts));
  const ratio = median(ours) / median(theirs);
  const alone = (median(ours) - starts) / (median(theirs) - starts);
  return {
    cells: [
      what,
      inSeconds(ours),
      inSeconds(theirs),
      ratio.toFixed(3),
      `≤ ${goal}`,
      outcome(ratio <= goal),
      starts === 0 ? "" : `${alone.toFixed(3)} (without ${starts.toFixed(1)} s)`,
    ],
    reached: ratio <= goal,
  };
}

/** The median, with the least and the most. */
function inSeconds(values: readonly number[]): string {
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)].map((one) => one.toFixed(1));
  return `${middle} s (${least}–${most})`;
}

function render(table: string, version: string): string {
  const [install, ...others] = STEPS.map(({ times }) => times * ROUNDS);
  return `\`npm run bench:deploy\` measures and writes this section, and fails where a goal is missed. It boots the host lab, which takes root on
Linux, and installs Ansible into a folder of its own, which takes Python 3.11 and its package registry. All of it takes a quarter of an hour.

${table}
The peer, \`deploy/playbook/\`, does the same steps in the same order on hosts of the same kind: checks the hosts, unpacks the archive
after a look at its SHA-256, makes user, database, tables and cluster, creates each component by \`zato from-config\`, brings
units, configurations and environment files, starts the servers one after the other and waits for all their workers, and one cluster after
the other; then the schedulers, HAProxy and keepalived in front. A server that changes is drained by HAProxy's socket, restarted, and put
back when HAProxy's own check of it is good. Units, configurations and command files are those that the library renders, and secrets
are given, so that Ansible spends no time on either. It uses its own modules where there is one, pipelining, SSH connections that are
kept, 10 forks, and gathers facts in the first install alone.

Both begin on freshly booted hosts that have the distribution's packages, and python3-apt, on their disks. After each step it is
checked that both clusters answer through the virtual address, that all workers of all servers answer, and that they have
the setting; a deploy that should change nothing and does, or the other way round, ends the measurement. The time is that of
\`terraform apply\`, with its plan, and of \`ansible-playbook\`, both of everything: neither is told what has changed. These are medians of
${install} first installs and of ${others.join(", ")} runs of the others, with the least and the most in brackets.

Both wait for Zato alike, and shorter than usual: the servers of the lab's stand-in start in a second, and Zato's in ten. The last
column leaves out as long as a restart of the same servers by hand takes until all workers answer.

Measured on a machine with ${machine()}, Ansible ${version}, at a load average of
${loadavg()[2]!.toFixed(1)} over the last 15 minutes. A busy machine slows down Ansible, which computes more, more than the library.
`;
}

void main();
