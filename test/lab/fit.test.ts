import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Lab } from "../../lab/lab";
import { twoHosts, virtualAddress } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { waitForPing } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;
const folder = mkdtempSync(path.join(tmpdir(), "zato-fit-"));

let lab: Lab;
let project: Project;

/** Two services: one that says where it runs, and one that fails while a file is there. */
const program: Program = (stack) => {
  writeFileSync(
    path.join(folder, "where.py"),
    `from os.path import exists
from socket import gethostname
from zato.server.service import Service

class Where(Service):
    name = "where"

    def handle(self):
        self.response.payload = gethostname()

class Fit(Service):
    name = "fit"

    def handle(self):
        if exists("/run/unfit"):
            raise Exception("unfit")
        self.response.payload = "fit"
`,
  );
  const zato = twoHosts(stack, lab, {
    deployment: { servers: 1, healthCheck: { interval: 1, timeout: 1, servicePath: "/fit" } },
  });
  zato.content.addServices(folder);
  zato.content.addRestChannel("Where", { urlPath: "/where", service: "where" });
  zato.content.addRestChannel("Fit", { urlPath: "/fit", service: "fit" });
};

const url = (): string => `http://${virtualAddress(lab)}/where`;

/** The hosts that answer some requests, of which none may fail. */
async function answering(): Promise<string[]> {
  const said = await lab.execOrThrow("client", `for _ in $(seq 12); do curl -fsS --max-time 5 ${url()}; echo; done`);
  return [...new Set(said.split("\n").flatMap((line) => /host\d/.exec(line)?.[0] ?? []))].sort();
}

/** How a HAProxy in front has the clusters, for `status`. */
async function members(): Promise<string[]> {
  const said = await lab.execOrThrow("host1", "bash $(echo /home/*/.cdktf-zato /root/.cdktf-zato | tr ' ' '\\n' | xargs -I{} sh -c 'test -d {}/scripts && echo {}' | head -n 1)/scripts/status.sh"); // prettier-ignore
  return said
    .split("\n")
    .flatMap((line) => /\tmember\t(\S+ \S+)/.exec(line)?.[1] ?? [])
    .sort();
}

async function waitFor(...expected: string[]): Promise<void> {
  const deadline = Date.now() + 30_000;
  while ((await members()).join() !== expected.join()) {
    if (Date.now() > deadline) throw new Error(`not ${expected.join()} but ${(await members()).join()}`);
  }
}

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  project = new Project(lab).synth(program);
  await project.apply();
  await waitForPing(lab, url());
});

afterAll(() => {
  project?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test("GIVEN both clusters pass, WHEN the service of one fails, THEN that one gets no requests, and no client notices", async () => {
  await waitFor("host1 UP", "host2 UP");
  expect(await answering()).toEqual(["host1", "host2"]);

  await lab.execOrThrow("host1", "touch /run/unfit");

  await waitFor("host1 UNFIT", "host2 UP");
  expect(await answering()).toEqual(["host2"]);
});

test("WHEN that of the other one fails too, THEN both get requests", async () => {
  await lab.execOrThrow("host2", "touch /run/unfit");
  await waitFor("host1 UNFIT_ALL", "host2 UNFIT_ALL");
  expect(await answering()).toEqual(["host1", "host2"]);
  expect(await project.planStatus()).toBe(0);
});

test("WHEN one passes again, THEN it has them all, and later both do", async () => {
  await lab.execOrThrow("host1", "rm /run/unfit");
  await waitFor("host1 UP", "host2 UNFIT");
  expect(await answering()).toEqual(["host1"]);
  await lab.execOrThrow("host2", "rm /run/unfit");
  await waitFor("host1 UP", "host2 UP");
  expect(await answering()).toEqual(["host1", "host2"]);
});
