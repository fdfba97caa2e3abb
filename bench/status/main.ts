import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import { buildSync } from "esbuild";
import { HaproxyLoadBalancer, HighAvailabilityDeployment, PhysicalHost, SshKey, ZatoInstallation } from "../../lib";
import type { StatusReport } from "../../lib/cli/status-report";
import { Lab } from "../../lab/lab";
import { silent } from "../../lab/log";
import { labHost, twoHosts, virtualAddress } from "../../test/lab/support/programs";
import { Project } from "../../test/lab/support/project";
import { machine } from "../machine";
import { format, markdownTable, outcome } from "../result";
import { writeSection } from "../results-page";
import { median } from "../statistics";

const ROOT = path.join(__dirname, "..", "..");
const OWN = ["host1", "host2"] as const;
const MANY = 20;
const LOOKS = 9;
const GOAL_SECONDS = 1.5;
const GOAL_TIMES = 2;
/** Of one processor: what metrics may take. */
const GOAL_SHARE = 0.01;

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "cdktf-zato-status-"));
  const lab = await Lab.up({ hosts: OWN.map((name) => ({ name })), log: silent });
  const [few, many] = [new Project(lab), new Project(lab)];
  try {
    await lab.freshHosts(OWN, { equipped: true });
    await few.synth((stack) => void twoHosts(stack, lab, { deployment: { metrics: {} } })).apply();
    many.synth((stack) => {
      const own = OWN.map((name) => labHost(stack, lab, name));
      const { cpus, hostKey } = lab.host("host2");
      const ssh = { user: lab.user, hostKey, key: SshKey.file(lab.keyFile) };
      const others = Array.from(
        { length: MANY - OWN.length },
        (_, index) => new PhysicalHost(stack, `host${index + 3}`, { address: `192.0.2.${index + 3}`, cpus, ssh }),
      );
      new HighAvailabilityDeployment(stack, "zato", {
        hosts: [...own, ...others],
        installation: ZatoInstallation.archive(lab.archive),
        loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts: own, virtualAddress: virtualAddress(lab) }),
      });
    });
    const said = await lab.execOrThrow("host2", `bash /home/${lab.user}/.cdktf-zato/scripts/status.sh`);
    writeFileSync(path.join(folder, "said"), said.replaceAll(/^edge\t.*\n/gm, ""));
    compile(folder);
    const two = secondsOf(folder, few.folder, OWN.length, 0);
    await report(two, secondsOf(folder, many.folder, MANY, two / 2), await metricsShare(lab));
  } finally {
    [few, many].forEach((project) => project.remove());
    await lab.down();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The program in one file, as the package has it, and an `ssh` that answers for hosts that the lab has not got. */
function compile(folder: string): void {
  copyFileSync(path.join(ROOT, "package.json"), path.join(folder, "package.json"));
  buildSync({
    entryPoints: [path.join(ROOT, "lib", "cli", "main.ts")],
    outdir: path.join(folder, "dist", "cli"),
    bundle: true,
    packages: "external",
    platform: "node",
  });
  mkdirSync(path.join(folder, "bin"));
  writeFileSync(path.join(folder, "bin", "ssh"), SSH);
  chmodSync(path.join(folder, "bin", "ssh"), 0o755);
}

/** Hosts of the lab are asked; what is no host of it says what host2 has said, as long after as that took. */
const SSH = `#!/bin/bash
host=\${*: -2:1}
case $host in
    192.0.2.*) cat >/dev/null; sleep "$ANSWERS_AFTER"; echo @cdktf-zato; sed "s/host2/host\${host##*.}/g" "$FOLDER/said" ;;
    *) exec /usr/bin/ssh "$@" ;;
esac
`;

/** The median of some looks. */
function secondsOf(folder: string, stack: string, hosts: number, answersAfter: number): number {
  return median(
    Array.from({ length: LOOKS }, () => {
      const begun = performance.now();
      const { stdout, stderr } = spawnSync(
        process.execPath,
        [path.join(folder, "dist", "cli", "main.js"), "status", stack, "--json"],
        {
          encoding: "utf8",
          env: {
            ...process.env,
            NODE_PATH: path.join(ROOT, "node_modules"),
            PATH: `${path.join(folder, "bin")}:${process.env.PATH}`,
            FOLDER: folder,
            ANSWERS_AFTER: String(answersAfter),
          },
        },
      );
      const seconds = (performance.now() - begun) / 1000;
      const answered = (JSON.parse(stdout) as StatusReport).hosts.filter(({ reason }) => reason === "").length;
      if (answered !== hosts) {
        throw new Error(`${answered} of ${hosts} hosts have answered: ${stderr}`);
      }
      return seconds;
    }),
  );
}

/** What the timer of the metrics takes of one processor: each minute what a look takes, and once an hour one at all files. */
async function metricsShare(lab: Lab): Promise<number> {
  const gather = async (before: string): Promise<number> => {
    const file = "/var/lib/prometheus/node-exporter/cdktf-zato-zato.prom";
    const take = `systemctl start zato-zato-metrics.service && sed -n 's/^cdktf_zato_gathering_cpu_seconds.* //p' ${file}`;
    return Number(await lab.execOrThrow("host1", `${before}${take}`));
  };
  const looks: number[] = [];
  for (let look = 0; look < LOOKS; look++) {
    looks.push(await gather(""));
  }
  const all = await gather("rm -f /var/lib/cdktf-zato/components/zato-metrics/drift; ");
  return median(looks) / 60 + all / 3600;
}

async function report(two: number, many: number, metrics: number): Promise<void> {
  const rows = [
    ["`status` of two hosts of the lab", `${format(two)} s`, `≤ ${GOAL_SECONDS} s`, outcome(two <= GOAL_SECONDS)],
    [
      `\`status\` of ${MANY} hosts, to that of two`,
      format(many / two),
      `≤ ${GOAL_TIMES}`,
      outcome(many <= GOAL_TIMES * two),
    ],
    [
      "the timer of `metrics`, of one processor of a host",
      `${(100 * metrics).toFixed(2)} %`,
      `≤ ${100 * GOAL_SHARE} %`,
      outcome(metrics <= GOAL_SHARE),
    ],
  ];
  const table = markdownTable(["what", "measured", "goal", "outcome"], rows);
  console.log(table);
  await writeSection(
    "Status",
    `\`npm run bench:status\` measures and writes this section. It boots a lab, so it runs as root on Linux.

${table}
Medians of ${LOOKS} looks of the whole command, with Node's start. Of the ${MANY} hosts two are the lab's; the others are simulated by an \`ssh\` that says what a host of the
lab has said, after half of the time that a look at two takes. The timer gathers on a host with a cluster of two servers and a balancer in front: a minute's share of a processor for what it
looks at each minute, and an hour's for the files that it looks at once an hour.

Measured on a machine with ${machine()}, at a load average of ${loadavg()[1]!.toFixed(0)} over the last 5 minutes.
`,
  );
  process.exitCode = two <= GOAL_SECONDS && many <= GOAL_TIMES * two && metrics <= GOAL_SHARE ? 0 : 1;
}

void main();
