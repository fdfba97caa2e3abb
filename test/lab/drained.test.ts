import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TerraformStack } from "cdktf";
import { ExistingLoadBalancer, type IExternalLoadBalancer } from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { repairsIn, verify } from "./support/content-cluster";
import { twoHosts, virtualAddress } from "./support/programs";
import { lastLines, Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { underLoad } from "./support/under-load";
import { httpStatus, poolOf, waitForPing } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;
const folder = mkdtempSync(path.join(tmpdir(), "zato-drained-"));

let lab: Lab;
let project: Project;

interface Declared {
  readonly drained?: readonly string[];
  /** What the service answers besides its cluster's name. */
  readonly text?: string;
  readonly balancer?: (stack: TerraformStack) => IExternalLoadBalancer;
}

function program({ drained, text = "one", balancer }: Declared = {}): Program {
  const services = path.join(folder, text);
  mkdirSync(services, { recursive: true });
  writeFileSync(
    path.join(services, "where.py"),
    `from socket import gethostname
from zato.server.service import Service

class Where(Service):
    name = "where"

    def handle(self):
        self.response.payload = "${text} " + gethostname()
`,
  );
  return (stack) => {
    const zato = twoHosts(stack, lab, {
      deployment: {
        servers: 1,
        healthCheck: { interval: 1, timeout: 1 },
        drainedClusters: drained,
        ...(balancer && { loadBalancer: balancer(stack) }),
      },
    });
    zato.content.addServices(services);
    zato.content.addRestChannel("Where", { urlPath: "/where", service: "where" });
  };
}

const url = (): string => `http://${virtualAddress(lab)}/where`;

/** How many of some requests each host has answered. */
async function answersByHost(requests = 20): Promise<Record<string, number>> {
  const said = await lab.execOrThrow(
    "client",
    `for _ in $(seq ${requests}); do curl -fsS --max-time 5 ${url()}; echo; done`,
  );
  const counts: Record<string, number> = {};
  for (const host of said.split("\n").flatMap((line) => /host\d/.exec(line)?.[0] ?? [])) {
    counts[host] = (counts[host] ?? 0) + 1;
  }
  return counts;
}

/** What `verify` says last, which is a command where something differs. */
async function verified(): Promise<string[]> {
  const { stdout } = await verify(project.folder);
  return stdout.split("\n").filter((line) => line !== "");
}

const ALL_IS_WELL = ["all hosts are as deployed", "host1 and host2 run exactly what is declared"];

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  project = new Project(lab).synth(program());
  await project.apply();
  await waitForPing(lab, url());
});

afterAll(() => {
  project?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test("GIVEN both clusters answer, WHEN one is declared drained, THEN it gets no request more, and that is as deployed", async () => {
  expect(Object.keys(await answersByHost()).sort()).toEqual(["host1", "host2"]);

  await underLoad(lab, { url: url(), method: "POST", body: "{}" }, () =>
    project.synth(program({ drained: ["host1"] })).apply(),
  );

  expect(await answersByHost()).toEqual({ host2: 20 });
  expect(await verified()).toEqual(ALL_IS_WELL);
  expect(await project.planStatus()).toBe(0);
});

test("a deploy of anything else leaves it drained, and so does a restart of the balancers", async () => {
  await project.synth(program({ drained: ["host1"], text: "two" })).apply();
  expect(await answersByHost()).toEqual({ host2: 20 });

  for (const host of HOSTS) {
    await lab.execOrThrow(host, "systemctl restart zato-edge");
  }
  await waitForPing(lab, url());
  expect(await answersByHost()).toEqual({ host2: 20 });
  expect(await verified()).toEqual(ALL_IS_WELL);
});

test("one that somebody puts back by hand is named, and drained again by the command that verify prints", async () => {
  for (const host of HOSTS) {
    await lab.execOrThrow(host, "echo 'set server clusters/host1 state ready' | socat - /run/zato-edge/admin.sock");
  }
  const said = await verified();
  expect(said.join("\n")).toMatch(/clusters\/host1 gets requests/);

  await project.apply(...repairsIn(said.at(-1)!));

  expect(await answersByHost()).toEqual({ host2: 20 });
  expect(await verified()).toEqual(ALL_IS_WELL);
});

test("declared no more, it gets its share again", async () => {
  await project.synth(program({ text: "two" })).apply();
  await waitForPing(lab, url());
  const counts = await answersByHost(40);
  expect(Object.keys(counts).sort()).toEqual(["host1", "host2"]);
  expect(await verified()).toEqual(ALL_IS_WELL);
});

test("GIVEN a cluster that cannot be deployed to, WHEN the balancer comes back, THEN the other one answers", async () => {
  // GIVEN
  const appliance = (stack: TerraformStack): IExternalLoadBalancer =>
    new ExistingLoadBalancer(stack, "appliance", { address: "192.0.2.10" });
  const balancers = HOSTS.map((host) => `-target=${project.address(`edge/${host}/lifetime/Resource`)}`);
  expect(await project.destroy(...balancers)).toMatchObject({ status: 0 });
  await project.synth(program({ text: "two", balancer: appliance })).apply();
  expect(await httpStatus(lab, url())).toBe(0);
  await lab.execOrThrow("host2", "systemctl stop zato-host2-server1");

  // WHEN
  const failed = await project.synth(program({ text: "three" })).tryApply();

  // THEN
  expect(failed.status).not.toBe(0);
  expect(lastLines(failed)).toContain("host2");
  expect(await httpStatus(lab, url())).toBe(200);
  expect(await answersByHost()).toEqual({ host1: 20 });
  expect(await poolOf(lab, "host1")).toMatch(/^host1 UP, host2 DOWN/);

  // WHEN it is mended
  await lab.execOrThrow("host2", "systemctl start zato-host2-server1");
  await project.apply();

  // THEN
  expect(Object.keys(await answersByHost(40)).sort()).toEqual(["host1", "host2"]);
  expect(await project.planStatus()).toBe(0);
});
