import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DataRemoval, HaproxyLoadBalancer, HighAvailabilityDeployment, ZatoInstallation } from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { differences, listHost } from "./support/host-listing";
import { labHost } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { unitProperty, unitsOf } from "./support/zato";
import { applyWithCuts, SSH_CUT, TERRAFORM_KILLED, type Cut } from "./support/cuts";

const services = mkdtempSync(path.join(tmpdir(), "zato-services-"));

let lab: Lab;

afterAll(() => rmSync(services, { recursive: true, force: true }));

/** One host with all there is on a host, and content. */
const deployment =
  (hostName: string, version: string): Program =>
  (stack) => {
    writeFileSync(
      path.join(services, "hello.py"),
      [
        "from zato.server.service import Service",
        "class Hello(Service):",
        "    name = 'hello.say'",
        "    def handle(self):",
        `        self.response.payload = '${version}'`,
        "",
      ].join("\n"),
    );
    const hosts = [labHost(stack, lab, hostName)];
    const zato = new HighAvailabilityDeployment(stack, "zato", {
      hosts,
      installation: ZatoInstallation.archive(lab.archive),
      servers: 1,
      loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts }),
      dataRemoval: DataRemoval.DROP,
    });
    zato.clusters[0]!.addServer("server2", { environment: { Version: version } });
    zato.content.addServices(services);
    zato.content.addRestChannel("Hello", { urlPath: "/hello", service: "hello.say" });
    zato.content.addSchedulerJob("Hourly", { service: "hello.say", interval: version === "v1" ? 3600 : 7200 });
  };

async function expectWhole(host: string, version: string): Promise<void> {
  const components = ["load-balancer", "scheduler", "server1", "server2", "web-admin"];
  const units = await unitsOf(lab, host);
  expect(units).toEqual(["zato-edge.service", ...components.map((one) => `zato-${host}-${one}.service`)].sort());
  for (const unit of units) {
    expect(await unitProperty(lab, host, unit, "ActiveState")).toBe("active");
    expect(await unitProperty(lab, host, unit, "UnitFileState")).toBe("enabled");
  }
  const { address } = lab.host(host);
  for (const port of [80, 11223]) {
    expect(await lab.execOrThrow("client", ["curl", "-sS", `http://${address}:${port}/hello`])).toContain(version);
  }
}

/** The life of a deployment, in which every apply is cut off at every step. */
async function live(host: string, cut: Cut): Promise<void> {
  const before = await listHost(lab, host);
  const project = new Project(lab);
  try {
    for (const version of ["v1", "v2"]) {
      const { steps, replaced } = await applyWithCuts(lab, host, project.synth(deployment(host, version)), cut);
      console.log(`${version} on ${host}, ${cut.name} at ${steps.length} steps:\n${steps.join("\n")}`);
      // Nothing else needs a hand: these have files of their own, which nobody else can bring.
      expect(replaced.filter((address) => !/_content_host\d_state_|_preflight_/.test(address))).toEqual([]);
      await project.apply();
      expect(await project.planStatus()).toBe(0);
      await expectWhole(host, version);
    }
    expect(await project.destroy()).toMatchObject({ status: 0 });
    expect(differences(before, await listHost(lab, host))).toEqual([]);
  } finally {
    project.remove();
  }
}

test("a first install and an update that are cut off at every step end as undisturbed ones, and leave nothing", async () => {
  lab = await freshHosts(["host1", "host2"]);
  const lives = await Promise.allSettled([live("host1", TERRAFORM_KILLED), live("host2", SSH_CUT)]);
  expect(lives.flatMap((life) => (life.status === "rejected" ? [String(life.reason)] : []))).toEqual([]);
});
