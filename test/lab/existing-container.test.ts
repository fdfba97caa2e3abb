import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { TerraformVariable, type TerraformStack } from "cdktf";
import { ClusterContent, ExistingZatoCluster, Secret, ZatoAccess } from "cdktf-zato";
import { containerName } from "../../lab/host";
import type { Lab } from "../../lab/lab";
import { waitUntil } from "../../lab/process";
import { verify } from "./support/content-cluster";
import { labHost } from "./support/programs";
import { lastLines, Project, type Program } from "./support/project";
import { CODE, makeQuickstart, PORTS, SERVERS, USER } from "./support/quickstart";
import { freshHosts } from "./support/shared-lab";
import { httpStatus } from "./support/zato";

const SERVICE = `
from zato.server.service import Service

class Answer(Service):
    name = "orders.list"

    def handle(self):
        self.response.payload = "in a container"
`;

let lab: Lab;
let project: Project;
let services: string;
/** Brings the socket of this machine's Docker to host1, whose containers the hosts of the lab are. */
let socket: ChildProcess | undefined;

const program =
  (container: string): Program =>
  (stack: TerraformStack) => {
    const access = { host: labHost(stack, lab, "host1"), servers: SERVERS, user: USER, zato: CODE };
    const old = new ExistingZatoCluster(stack, "old", {
      address: lab.host("host2").address,
      port: PORTS[0],
      access: ZatoAccess.inContainer({ ...access, container }),
    });
    const content = new ClusterContent(stack, "content", { clusters: [old.contentTarget!] });
    content.addServices(services);
    const password = Secret.fromVariable(new TerraformVariable(stack, "partner_password", { type: "string" }));
    const security = content.addBasicAuth("Partner", { username: "partner", password });
    content.addRestChannel("Orders", { urlPath: "/orders", service: "orders.list", security });
  };

beforeAll(async () => {
  lab = await freshHosts(["host1", "host2"], { equipped: true });
  await makeQuickstart(lab, "host2");
  await lab.copyTo("host1", "/usr/bin/docker", "/usr/local/bin/docker");
  await lab.execOrThrow(
    "host1",
    "chmod 0755 /usr/local/bin/docker; mkdir -p /run/for-docker; chown ops /run/for-docker",
  );
  const { address } = lab.host("host1");
  const options = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-i", lab.keyFile];
  const forward = ["-N", "-R", "/run/for-docker/docker.sock:/var/run/docker.sock"];
  socket = spawn("ssh", [...options, ...forward, `${lab.user}@${address}`], { stdio: "ignore" });
  await waitUntil("the socket", 20_000, async () => {
    const { status } = await lab.exec("host1", "test -S /run/for-docker/docker.sock");
    return status === 0 ? undefined : "not yet";
  });
  await lab.execOrThrow("host1", "ln -sf /run/for-docker/docker.sock /var/run/docker.sock");
  services = mkdtempSync(path.join(tmpdir(), "zato-container-"));
  writeFileSync(path.join(services, "orders.py"), SERVICE);
  project = new Project(lab, { env: { TF_VAR_partner_password: "partner" } });
});

afterAll(() => {
  socket?.kill();
  project?.remove();
  if (services) {
    rmSync(services, { recursive: true, force: true });
  }
});

test("a container that is not there is named, and nothing is changed", async () => {
  const result = await project.synth(program("nowhere")).tryApply();
  expect(result.status).not.toBe(0);
  expect(lastLines(result).replace(/\s+/g, " ")).toMatch(/the cluster old: .*No such container: nowhere/i);
});

test("content reaches a cluster inside a container, by its engine", async () => {
  // WHEN
  await project.synth(program(containerName("host2"))).apply();

  // THEN
  const url = `http://${lab.host("host2").address}:${PORTS[0]}/orders`;
  expect(await httpStatus(lab, url, "client", "--user", "partner:partner")).toBe(200);
  expect(await httpStatus(lab, url)).toBe(401);
  const { stdout } = await verify(project.folder);
  expect(stdout).toMatch(
    /the host is as deployed\nobject +old +declared\nservice\/legacy\.answer +there +not declared\n/,
  );
  expect(await lab.execOrThrow("host2", "find /tmp -user esb ! -name 'zato_ipc_port_*'")).toBe("");
});
