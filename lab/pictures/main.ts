import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TerraformStack } from "cdktf";
import { PROGRAM } from "../../test/lab/support/content-cluster";
import { twoHosts, virtualAddress } from "../../test/lab/support/programs";
import { Project } from "../../test/lab/support/project";
import { Prometheus } from "../../test/lab/support/prometheus";
import { Lab } from "../lab";
import { startLoad } from "../load";
import { run, sleep, waitUntil } from "../process";
import { Dashboard, Panel, Series } from "./dashboard";
import { dashboardPicture } from "./dashboard-picture";
import { terminalPicture } from "./terminal-picture";

const ROOT = path.join(__dirname, "..", "..");
const OUT = path.join(ROOT, "docs", "pictures");
const DASHBOARD = path.join(ROOT, "docs", "monitoring", "dashboard.json");
const HOSTS = ["host1", "host2"] as const;
/** What the dashboard shows, in seconds: some of all being well, a power cut, and the return. */
const SHOWN = { well: 100, lost: 45, after: 60, step: 5 };

/** Makes the pictures of docs/pictures anew, out of a deployment on two hosts of the lab, one of which loses its power meanwhile. */
async function main(): Promise<void> {
  const services = mkdtempSync(path.join(tmpdir(), "zato-pictures-"));
  writeFileSync(path.join(services, "orders.py"), SERVICE);
  const lab = await Lab.up({ hosts: HOSTS.map((name) => ({ name })) });
  const project = new Project(lab);
  let prometheus: Prometheus | undefined;
  try {
    await lab.freshHosts(HOSTS, { equipped: true });
    await onBoth(lab, "apt-get install -q -y --no-install-recommends prometheus-node-exporter");
    const program = (environment: Readonly<Record<string, string>>) => (stack: TerraformStack) => {
      const { content } = twoHosts(stack, lab, {
        deployment: {
          servers: 2,
          backup: {},
          environment,
          healthCheck: { interval: 1, timeout: 1 },
          metrics: { from: [lab.host("client").address.replace(/\d+$/, "1")] },
        },
      });
      content.addServices(services);
      content.addRestChannel("Orders", { urlPath: "/orders", service: "orders" });
    };
    await project.synth(program({})).apply();
    prometheus = await Prometheus.start(await project.output("zato_metrics_targets"));
    const terminal = new Terminal(lab, project);
    await watch(lab, terminal, prometheus);
    project.synth(program({ Orders_Currency: "EUR" }));
    await terminal.show("plan");
  } finally {
    prometheus?.stop();
    project.remove();
    await lab.down();
    rmSync(services, { recursive: true, force: true });
  }
}

/** All is well, then host2 is lost, then it is back. */
async function watch(lab: Lab, terminal: Terminal, prometheus: Prometheus): Promise<void> {
  const load = await startLoad(lab, { url: `http://${virtualAddress(lab)}/orders`, rate: 20, seconds: 1800 });
  // It fails where the lab goes before it ends.
  load.finished.catch(() => undefined);
  await load.begun;
  await terminal.untilWell();
  const begun = Date.now() / 1000;
  await gather(lab, HOSTS);
  await sleep(SHOWN.well * 1000);
  await terminal.show("status");
  await lab.powerCut("host2");
  await gather(lab, ["host1"]);
  await sleep(SHOWN.lost * 1000);
  await terminal.show("status", "status-lost");
  await lab.powerOn("host2");
  await terminal.untilWell();
  await gather(lab, HOSTS);
  await sleep(SHOWN.after * 1000);
  load.stop();
  const dashboard = JSON.parse(readFileSync(DASHBOARD, "utf8")) as Dashboard;
  const span = [begun, Date.now() / 1000] as const;
  write("dashboard", dashboardPicture(dashboard, await ask(prometheus, dashboard, span), span));
}

/** What the queries of each panel find. */
async function ask(
  prometheus: Prometheus,
  { panels }: Dashboard,
  span: readonly [number, number],
): Promise<Map<Panel, Series[]>> {
  const found = panels.map(async (panel) => {
    const series = panel.targets.map(async ({ expr, legendFormat }) => {
      const query = expr.replaceAll("$deployment", "zato").replaceAll("$__rate_interval", "20s");
      const samples = await prometheus.range(query, span, SHOWN.step);
      return samples.map(({ metric, values }) => ({
        name: legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? ""),
        points: values.map(([time, value]) => [time, Number(value)] as const),
      }));
    });
    return [panel, (await Promise.all(series)).flat()] as const;
  });
  return new Map(await Promise.all(found));
}

/** Commands as somebody types them. */
class Terminal {
  constructor(
    private readonly lab: Lab,
    private readonly project: Project,
  ) {}

  /** Keeps what a command shows as a picture, with the folder's name as it is in a project of CDKTF's. */
  public async show(command: string, name = command): Promise<void> {
    const { stdout } = await this.type(command);
    const output = stdout.replaceAll(this.project.folder, "cdktf.out/stacks/lab");
    write(name, terminalPicture(`npx cdktf-zato ${command}`, output));
  }

  public untilWell(): Promise<unknown> {
    return waitUntil("that all is well", 600_000, async () => {
      const { status, stdout } = await this.type("status");
      return status === 0 ? undefined : stdout;
    });
  }

  /** On a terminal of its own, in the project's folder. */
  private type(command: string): ReturnType<typeof run> {
    const program = [process.execPath, ...PROGRAM, command, this.project.folder].join(" ");
    const { cliConfigFile } = this.lab;
    return run("script", ["--quiet", "--return", "--command", `stty cols 120 rows 60; exec ${program}`, "/dev/null"], {
      cwd: ROOT,
      env: { ...process.env, ...(cliConfigFile !== undefined && { TF_CLI_CONFIG_FILE: cliConfigFile }) },
    });
  }
}

/** What the timer does each minute. */
async function gather(lab: Lab, hosts: readonly string[]): Promise<void> {
  await Promise.all(hosts.map((host) => lab.execOrThrow(host, "systemctl start zato-zato-metrics.service")));
}

async function onBoth(lab: Lab, command: string): Promise<void> {
  await Promise.all(HOSTS.map((host) => lab.execOrThrow(host, command)));
}

function write(name: string, picture: string): void {
  mkdirSync(OUT, { recursive: true });
  writeFileSync(path.join(OUT, `${name}.svg`), picture);
  console.log(`docs/pictures/${name}.svg: ${picture.length} bytes`);
}

const SERVICE = `from zato.server.service import Service

class Orders(Service):
    name = "orders"

    def handle(self):
        self.response.payload = "none"
`;

void main();
