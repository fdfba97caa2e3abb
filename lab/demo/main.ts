import { cpus as machineCpus } from "node:os";
import path from "node:path";
import { types } from "node:util";
import { inColumns } from "../../lib/cli/columns";
import { KNOWN_HOSTS } from "../keys";
import { Lab } from "../lab";
import { ensureTerraform } from "../prerequisites";
import { sleep } from "../process";
import { Checklist } from "./checklist";
import { Deployment, type Outputs } from "./deployment";
import { askHost, type FoundHost } from "./inventory";
import { cutPower, type PowerCutReport } from "./power-cut";
import { headline, say, secondsSince } from "./terminal";

const HOSTS = ["host1", "host2"] as const;
type HostName = (typeof HOSTS)[number];

/** Enough for two servers with two workers each, where the machine has them. */
const CPUS = Math.min(4, machineCpus().length);
const RATE_LINE = "20 new connections a second";
const LONGEST_REQUEST = 2;

/** Boots hosts, deploys the example on them, and takes their power away. */
async function demo(promises: Checklist): Promise<void> {
  const begun = Date.now();
  headline("Two hosts and a client");
  await ensureTerraform();
  const lab = await Lab.up({
    hosts: HOSTS.map((name) => ({ name, cpus: CPUS })),
    log: (line) => say(`   ${line}`),
  });
  const virtualAddress = lab.host("host1").address.replace(/\d+$/, "100");
  inColumns(lab.hosts.map(({ name, address, cpus }) => [`   ${name}`, address, `${cpus} CPUs`])).forEach(say);
  say("   They are containers that run systemd and sshd. Zato on them is a stand-in: see lab/README.md.");
  say(`   (${secondsSince(begun)} s)`);

  const deployment = new Deployment(lab, virtualAddress);
  const outputs = await deploy(deployment, promises);
  await showInventory(lab, outputs, virtualAddress, promises);
  await deployAgain(deployment, promises);
  for (let round = 0; round < HOSTS.length; round++) {
    await takePower(lab, outputs, virtualAddress, promises);
  }

  headline("What was promised");
  promises.lines().forEach((line) => say(`   ${line}`));
  say();
  say(`   ${secondsSince(begun)} s in all. The hosts are still there:`);
  say("     npm run lab -- ssh host1      to look around on one");
  say("     npm run demo:down             to remove everything");
  say("   To change the example and deploy it by hand:");
  deployment.byHand.forEach((line) => say(`     ${line}`));
}

async function deploy(deployment: Deployment, promises: Checklist): Promise<Outputs> {
  headline("cdktf deploy: examples/two-hosts");
  const begun = Date.now();
  const result = await deployment.deploy();
  say(`   (${secondsSince(begun)} s)`);
  if (!result.succeeded) {
    throw new Error("the deployment failed; the reason stands above");
  }
  promises.check("one 'cdktf deploy' brings both hosts to two running clusters", result.succeeded);
  return deployment.outputs();
}

async function deployAgain(deployment: Deployment, promises: Checklist): Promise<void> {
  headline("cdktf deploy, once more");
  const begun = Date.now();
  const { succeeded, plannedNothing } = await deployment.deploy();
  say(`   (${secondsSince(begun)} s)`);
  promises.check("a second 'cdktf deploy' plans nothing", succeeded && plannedNothing);
}

async function showInventory(lab: Lab, outputs: Outputs, virtualAddress: string, promises: Checklist): Promise<void> {
  headline("What runs where: declared in the outputs, and found on the hosts over SSH");
  const rows = [["   host", "unit", "state", "declared", "found"]];
  const found = await Promise.all(HOSTS.map((host) => askHost(lab, host, virtualAddress)));
  HOSTS.forEach((host, position) => rows.push(...rowsOf(host, outputs, found[position]!)));
  inColumns(rows).forEach(say);
  say();
  say(`   entry address      ${entryUrl(outputs)}`);
  HOSTS.forEach((host, position) => showWebAdmin(lab, host, outputs, position));

  HOSTS.forEach((host, position) => {
    const { cpus } = found[position]!;
    const workers = workersOf(found[position]!);
    promises.check(`${host} has ${cpus} CPUs and as many workers (${workers})`, workers === cpus);
  });
  const schedulers = found.flatMap(({ units }) =>
    units.filter(({ name, state }) => name.endsWith("-scheduler.service") && state === "active"),
  );
  promises.check(`one scheduler runs in the whole deployment (${schedulers.length})`, schedulers.length === 1);
  const holders = found.filter((host) => host.holdsVirtualAddress).length;
  promises.check(`one host holds the virtual address (${holders})`, holders === 1);
  const idle = found.flatMap(({ units }) => units.filter(({ state }) => state !== "active"));
  promises.check(`every unit that is installed is active (${idle.length} are not)`, idle.length === 0);
}

function entryUrl({ entryAddress, entryPort }: Outputs): string {
  return new URL(`http://${entryAddress}:${entryPort}/`).href;
}

const SERVER_UNIT = /^zato-(.+)-(server\d+)\.service$/;

function rowsOf(host: HostName, outputs: Outputs, found: FoundHost): string[][] {
  const units = found.units.map(({ name, state, children }) => {
    const [, cluster = "", server] = SERVER_UNIT.exec(name) ?? [];
    if (server !== undefined) {
      const declared = outputs.clusters[cluster]?.servers[server]?.workers ?? 0;
      return [`   ${host}`, name, state, `workers: ${declared}`, `worker processes: ${children}`];
    }
    const holds = name === "zato-edge-vrrp.service" && found.holdsVirtualAddress;
    return [`   ${host}`, name, state, "", holds ? "holds the virtual address" : ""];
  });
  const scheduler = outputs.clusters[host]?.scheduler;
  return scheduler === "inactive" ? [...units, [`   ${host}`, "(scheduler)", "-", "inactive", "no unit"]] : units;
}

function workersOf({ units }: FoundHost): number {
  return units.filter(({ name }) => SERVER_UNIT.test(name)).reduce((sum, { children }) => sum + children, 0);
}

function showWebAdmin(lab: Lab, host: HostName, outputs: Outputs, position: number): void {
  const url = new URL(outputs.webAdmin[host]?.url ?? "");
  const localPort = Number(url.port) + position;
  const key = path.relative(process.cwd(), lab.keyFile);
  const known = path.relative(process.cwd(), KNOWN_HOSTS);
  const login = `${lab.user}@${lab.host(host).address}`;
  say(`   web-admin of ${host}  ${url.href} on the host itself; from here http://127.0.0.1:${localPort}/ by`);
  say(`     ssh -i ${key} -o UserKnownHostsFile=${known} -L ${localPort}:${url.host} ${login}`);
  say(`     user admin, password: sudo cat /etc/cdktf-zato/secrets/${host}/web_admin_password`);
}

async function takePower(lab: Lab, outputs: Outputs, virtualAddress: string, promises: Checklist): Promise<void> {
  const found = await Promise.all(HOSTS.map((host) => askHost(lab, host, virtualAddress)));
  const host = HOSTS.find((_, position) => found[position]!.holdsVirtualAddress);
  const survivor = HOSTS.find((name) => name !== host);
  if (host === undefined || survivor === undefined) {
    throw new Error(`nobody holds the virtual address ${virtualAddress}`);
  }
  headline(`Power cut of ${host}, which holds the virtual address`);
  const { href: url } = new URL("/zato/ping", entryUrl(outputs));
  say(`   GET ${url}, ${RATE_LINE}`);
  const ownUrl = `http://${outputs.clusters[host]?.load_balancer}/zato/ping`;
  const cut = { host, survivor, virtualAddress, url, ownUrl };
  const report = await cutPower(lab, cut, (line) => say(`   ${line}`));
  showReport(host, survivor, report);
  judge(host, survivor, report, promises);
}

function showReport(host: HostName, survivor: HostName, report: PowerCutReport): void {
  const { summary, uncounted } = report;
  say();
  const rows = report.phases.map(({ name, answers }) => [
    `   ${name}`,
    ...HOSTS.map((cluster) => String(answers[cluster] ?? 0)),
  ]);
  inColumns([["   answered by the cluster on", ...HOSTS], ...rows]).forEach(say);
  if (uncounted !== 0) {
    say(`   by one of the two, in the last moment before the cut; the count was lost with ${host}: ${uncounted}`);
  }
  say();
  say(`   requests                ${summary.total}`);
  say(
    `   lost                    ${summary.failed}, of these under way when the power was cut: ${report.lostInFlight}`,
  );
  say(
    `   slowest                 ${report.slowest.toFixed(2)} s; slower than 0.1 s: ${summary.slowerThan100Milliseconds}`,
  );
  say(`   virtual address         on ${survivor} ${report.addressMovedAfter.toFixed(1)} s after the cut`);
  say(`   ${host} answered again    by itself, ${report.answeredAfter.toFixed(1)} s after its power came back`);
}

function judge(host: HostName, survivor: HostName, report: PowerCutReport, promises: Checklist): void {
  const { summary, phases } = report;
  const prefix = `power cut of ${host}:`;
  const lost = `${report.lostOtherwise} of ${summary.total}`;
  promises.check(`${prefix} no request was lost but those under way (${lost})`, report.lostOtherwise === 0);
  const slowest = `${report.slowest.toFixed(2)} s`;
  promises.check(
    `${prefix} the slowest that was answered took at most ${LONGEST_REQUEST} s (${slowest})`,
    report.slowest <= LONGEST_REQUEST,
  );
  promises.check(
    `${prefix} both clusters answered before it, ${survivor} alone during it, both after it`,
    phases.length === 3 &&
      answered(phases[0]?.answers[host]) &&
      answered(phases[0]?.answers[survivor]) &&
      !answered(phases[1]?.answers[host]) &&
      answered(phases[1]?.answers[survivor]) &&
      answered(phases[2]?.answers[host]) &&
      answered(phases[2]?.answers[survivor]),
  );
  promises.check(`${prefix} it came back by itself (after ${report.answeredAfter.toFixed(1)} s)`, true);
}

function answered(count = 0): boolean {
  return count > 0;
}

/** The first Ctrl-C lets Terraform finish what it is at; a later one does not wait for it. */
function interruption(): Promise<never> {
  return new Promise((_, reject) => {
    let first: number | undefined;
    const interrupt = (): void => {
      if (first === undefined) {
        first = Date.now();
        reject(new Interrupted());
      } else if (Date.now() - first > 1000) {
        process.exit(INTERRUPTED);
      }
    };
    process.on("SIGINT", interrupt);
    process.on("SIGTERM", interrupt);
  });
}

class Interrupted extends Error {}

const INTERRUPTED = 130;
const TIME_FOR_TERRAFORM_MS = 60_000;

async function main(): Promise<number> {
  const promises = new Checklist();
  const running = demo(promises);
  try {
    await Promise.race([running, interruption()]);
    return promises.allKept ? 0 : 1;
  } catch (error) {
    if (types.isNativeError(error) && error.constructor === Interrupted) {
      say("interrupted; what is begun is finished first");
      await Promise.race([running.catch(() => undefined), sleep(TIME_FOR_TERRAFORM_MS)]);
      say("the hosts are left as they are; 'npm run demo:down' removes them");
      return INTERRUPTED;
    }
    say();
    say(types.isNativeError(error) ? error.message : String(error));
    say("the hosts are left for a look; 'npm run demo:down' removes them");
    return 1;
  }
}

void main().then((status) => process.exit(status));
