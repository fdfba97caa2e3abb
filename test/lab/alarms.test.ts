import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { AlarmDelivery, Secret } from "cdktf-zato";
import { TerraformVariable } from "cdktf";
import type { StatusReport } from "../../lib/cli/status-report";
import type { Lab } from "../../lab/lab";
import { waitUntil } from "../../lab/process";
import { cdktfZato } from "./support/content-cluster";
import { twoHosts, virtualAddress } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { holdersOf, waitForPing } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;
const TOKEN = "token-of-the-test";

/** Two looks a minute apart, and what they take on a busy machine. */
const SOON = 240_000;

const folder = mkdtempSync(path.join(tmpdir(), "zato-alarms-"));

let lab: Lab;
let project: Project;
let server: Server;

/** What the webhook got, and what it answers. */
const messages: { event: string; about: string; state: string; host: string; text: string; lost: string }[] = [];
const tokens = new Set<string>();
let answer = 204;

const program =
  (restartedAt: string, script?: string): Program =>
  (stack) => {
    const variable = (id: string): Secret =>
      Secret.fromVariable(new TerraformVariable(stack, id, { type: "string", sensitive: true }));
    const [address, token] = [variable("webhook"), variable("webhook_token")];
    const to = script ? AlarmDelivery.script(script, { token }) : AlarmDelivery.webhook(address, { token });
    const healthCheck = { interval: 1, timeout: 1 };
    twoHosts(stack, lab, { deployment: { servers: 1, restartedAt, healthCheck, alarms: { to } } });
  };

const heads = (): string[] => messages.map(({ event, about, state, host }) => `${event} ${about} ${state} by ${host}`);

const untilMessages = (count: number): Promise<unknown> =>
  waitUntil(`${count} messages`, SOON, () =>
    Promise.resolve(messages.length >= count ? undefined : heads().join("; ")),
  );

const status = async (): Promise<StatusReport> =>
  JSON.parse((await cdktfZato("status", project.folder, "--json")).stdout) as StatusReport;

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => {
      tokens.add(request.headers.authorization ?? "none");
      if (answer < 300) {
        messages.push(JSON.parse(body) as (typeof messages)[number]);
      }
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  const gateway = lab.host("client").address.replace(/\d+$/, "1");
  const { port } = server.address() as AddressInfo;
  const env = { TF_VAR_webhook: `http://${gateway}:${port}/very-secret`, TF_VAR_webhook_token: TOKEN };
  project = new Project(lab, { env }).synth(program("first"));
  await project.apply();
});

afterAll(() => {
  server?.close();
  project?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test("a deploy, and one that restarts all servers, tell nobody anything, and the address is in no state", async () => {
  await project.synth(program("second")).apply();
  await pause(75_000);
  expect(heads()).toEqual([]);
  const state = readFileSync(project.stateFile, "utf8");
  expect([state.includes("very-secret"), state.includes(TOKEN)]).toEqual([false, false]);
});

test("a test message comes from each host, with the token", async () => {
  const { status: ended, stdout } = await cdktfZato("test-alarms", project.folder);
  expect([ended, stdout.split("\n").filter(Boolean).sort()]).toEqual([
    0,
    HOSTS.map((host) => `${host} zato-alarms: a test message was delivered`),
  ]);
  expect(heads().sort()).toEqual(HOSTS.map((host) => `test ${host} test by ${host}`));
  expect([...tokens]).toEqual([`Bearer ${TOKEN}`]);
  messages.length = 0;
});

test("GIVEN a power cut, THEN one message says what is lost and what to do, and another one that it is whole again", async () => {
  // GIVEN the host that has the virtual address
  const [holder] = await holdersOf(lab, virtualAddress(lab), HOSTS);
  const other = HOSTS.find((host) => host !== holder)!;
  const cut = Date.now();
  await lab.powerCut(holder!);

  // THEN
  await untilMessages(1);
  console.log(`the message came ${(Date.now() - cut) / 1000} s after the cut: ${messages[0]!.text}`);
  expect(heads()).toEqual([`redundancy ${holder} begins by ${other}`]);
  expect(messages[0]!.lost).toBe(
    `the machine of the cluster ${holder} does not answer; requests go to ${other} alone; ` +
      `the virtual address ${virtualAddress(lab)} is on ${other}`,
  );
  expect(messages[0]!.text).toContain("docs/operations.md#a-machine-is-lost");

  // WHEN it lasts, and is over
  await pause(75_000);
  expect(messages).toHaveLength(1);
  await lab.powerOn(holder!);
  await waitForPing(lab, `http://${virtualAddress(lab)}/zato/ping`);
  await untilMessages(2);
  await pause(75_000);
  expect(heads().slice(1)).toEqual([`redundancy ${holder} over by ${other}`]);
  expect(messages[1]!.text).toBe(`[zato] the cluster ${holder} answers again; requests go to host1 and host2`);
});

test("GIVEN the webhook refuses, THEN status shows what is not delivered, until it is", async () => {
  messages.length = 0;
  answer = 500;
  const tried = await cdktfZato("test-alarms", project.folder);
  expect(tried.status).toBe(1);
  expect(tried.stdout).toContain(
    "it could not be delivered; see 'sudo journalctl -u zato-zato-alarms-delivery.service'",
  );
  const report = await status();
  expect(report.status).toBe(1);
  const findings = report.findings.filter(({ component }) => component === "zato-alarms");
  expect(findings.map(({ text }) => text.replace(/ for .*,/, ","))).toEqual(
    HOSTS.map((host) => `${host} alarms: 1 could not be delivered, and nobody has heard of what they say`),
  );
  const { stdout: logs } = await cdktfZato("logs", project.folder, "zato-alarms");
  expect(logs).toContain("the webhook has answered 500");

  // WHEN
  answer = 204;
  await cdktfZato("test-alarms", project.folder);
  expect(heads().sort()).toEqual(HOSTS.flatMap((host) => Array<string>(2).fill(`test ${host} test by ${host}`)));
  expect((await status()).findings.filter(({ component }) => component === "zato-alarms")).toEqual([]);
});

test("a script of one's own gets the message and the token, as a user who may change nothing", async () => {
  const script = path.join(folder, "tell");
  writeFileSync(
    script,
    `#!/bin/sh
cat
printf 'user %s token %s\\n' "$(id -u)" "$CDKTF_ZATO_TOKEN"
for place in /etc /var/lib /usr /root /run; do ! touch "$place/x" 2>/dev/null || echo "wrote to $place"; done
ls /var/lib/cdktf-zato 2>&1 || true
`,
  );
  await project.synth(program("second", script)).apply();
  expect((await cdktfZato("test-alarms", project.folder)).status).toBe(0);
  const said = await lab.execOrThrow("host1", "journalctl -u zato-zato-alarms-delivery.service -o cat --no-pager");
  expect(said).toContain('"event":"test","about":"host1"');
  const [, user, token] = /^user (\d+) token (\S+)$/m.exec(said)!;
  expect(Number(user)).toBeGreaterThan(60_000);
  expect(token).toBe(TOKEN);
  expect(said).not.toContain("wrote to");
  expect(said).toContain("Permission denied");
});
