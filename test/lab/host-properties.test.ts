import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { SshKey, type PhysicalHostProps, type SshAccessProps, type ZatoLoadBalancerOptions } from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { differences, listHost } from "./support/host-listing";
import { twoHosts, virtualAddress } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { SLOW_SERVICE, underLoad } from "./support/under-load";
import { holdersOf, waitForPing } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;

type HostName = (typeof HOSTS)[number];

let lab: Lab;
let project: Project;
let folder: string;
let before: string[][];

/** What the hosts are declared with; each test adds to it, so that the next one begins where it ended. */
const declared: Record<HostName, Partial<PhysicalHostProps>> = { host1: {}, host2: {} };

let zatoLoadBalancer: ZatoLoadBalancerOptions = {};

const program: Program = (stack) => {
  const healthCheck = { interval: 1, timeout: 1 };
  const zato = twoHosts(stack, lab, { ...declared, deployment: { healthCheck, zatoLoadBalancer } });
  zato.content.addServices(path.join(folder, "services"));
  zato.content.addRestChannel("Work", { urlPath: "/work", service: "rolling.work" });
};

/** Another address of the same host. */
function secondAddress(host: HostName): string {
  return lab.host(host).address.replace(/\d+$/, (last) => String(Number(last) + 20));
}

function withSsh(host: HostName, change: Partial<SshAccessProps>): Partial<PhysicalHostProps> {
  const { hostKey } = lab.host(host);
  const now = declared[host].ssh ?? { user: lab.user, hostKey, key: SshKey.file(lab.keyFile) };
  return { ssh: { ...now, ...change } };
}

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  folder = mkdtempSync(path.join(tmpdir(), "zato-host-properties-"));
  execFileSync("mkdir", [path.join(folder, "services")]);
  writeFileSync(path.join(folder, "services", "work.py"), SLOW_SERVICE);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path.join(folder, "other-key")]);
  const otherKey = readFileSync(path.join(folder, "other-key.pub"), "utf8");
  for (const host of HOSTS) {
    // Everything by which they will be reached is there before.
    await lab.execOrThrow(
      host,
      `ip address add ${secondAddress(host)}/24 dev eth0
       printf 'Port 22\nPort 2222\n' >/etc/ssh/sshd_config.d/ports.conf
       useradd --create-home --shell /bin/bash other
       echo 'other ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/other
       cat >>/etc/ssh/authorized_keys.d/ops
       cp /etc/ssh/authorized_keys.d/ops /etc/ssh/authorized_keys.d/other
       systemctl restart ssh`,
      { input: otherKey },
    );
  }
  before = await Promise.all(HOSTS.map((host) => listHost(lab, host)));
  project = new Project(lab).synth(program);
  await project.apply();
  await waitForPing(lab, `http://${virtualAddress(lab)}/work`);
});

afterAll(() => {
  project?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Deploys a change while requests go on that no balancer repeats; gives what was touched. */
async function changed(changes: Partial<Record<HostName, Partial<PhysicalHostProps>>>): Promise<string[]> {
  for (const host of HOSTS) {
    declared[host] = { ...declared[host], ...changes[host] };
  }
  const plan = await project.synth(program).plan();
  const url = `http://${virtualAddress(lab)}/work`;
  await underLoad(lab, { url, method: "POST", body: "{}" }, () => project.apply());
  expect(await project.planStatus()).toBe(0);
  expect(Object.keys(plan).filter((one) => one.includes("/lifetime"))).toEqual([]);
  return Object.keys(plan).sort();
}

test.each<[string, () => Partial<SshAccessProps>]>([
  ["port", () => ({ port: 2222 })],
  ["user", () => ({ user: "other" })],
  ["address for SSH", () => ({ address: secondAddress("host2") })],
  [
    "bastion",
    () => ({
      bastion: { address: lab.host("client").address, hostKey: lab.host("client").hostKey, user: lab.user },
    }),
  ],
])("another SSH %s is checked, and touches nothing else", async (_, change) => {
  expect(await changed({ host2: withSsh("host2", change()) })).toEqual(["host2/preflight/Resource"]);
});

test("another SSH key touches nothing at all", async () => {
  const ssh = { key: SshKey.file(path.join(folder, "other-key")), bastion: undefined };
  await changed({ host2: withSsh("host2", { bastion: undefined }) });
  expect(await changed({ host2: withSsh("host2", ssh) })).toEqual([]);
});

test.each(HOSTS)("another address of %s is told to those that use it, one after the other", async (host) => {
  const touched = await changed({ [host]: { address: secondAddress(host) } });
  // The balancers send requests there; a cluster's load-balancer takes their word on clients, and asks the other cluster
  // whether it answers, before it stops.
  const users = HOSTS.flatMap((one) => [`edge/${one}/state`, `edge/${one}/early`, `zato/${one}/load-balancer/state`]);
  expect(touched.filter((one) => one !== `${host}/preflight/Resource`)).toEqual(users.sort());
  expect(await holdersOf(lab, virtualAddress(lab), HOSTS)).toHaveLength(1);
});

test("another port of the clusters' load-balancers loses nothing, while they still listen on the former one", async () => {
  zatoLoadBalancer = { port: 11300, formerPort: 11223 };
  expect(await changed({})).toEqual(
    expect.arrayContaining(HOSTS.flatMap((host) => [`edge/${host}/state`, `zato/${host}/load-balancer/state`])),
  );
  zatoLoadBalancer = { port: 11300 };
  await changed({});
  expect(await lab.exec("host1", "curl -sS -o /dev/null http://127.0.0.1:11223/zato/ping")).toMatchObject({
    status: 7,
  });
});

test("another host key, which could mean another machine, brings everything to it again, and loses nothing", async () => {
  const key = "/etc/ssh/ssh_host_ed25519_key";
  await lab.execOrThrow("host2", `rm -f ${key}*; ssh-keygen -q -t ed25519 -N '' -f ${key}; systemctl restart ssh`);
  const hostKey = (await lab.execOrThrow("host2", `cut -d ' ' -f 1,2 ${key}.pub`)).trim();
  expect(await changed({ host2: withSsh("host2", { hostKey }) })).toEqual(
    expect.arrayContaining(["zato/host2/server1/state", "zato/host2/odb/state"]),
  );
});

test("destroy removes by the ways that are declared last", async () => {
  expect(await project.destroy()).toMatchObject({ status: 0 });
  const left = await Promise.all(HOSTS.map(async (host, n) => differences(before[n]!, await listHost(lab, host))));
  // The PostgreSQL that was there already has written, and the test has made a host key.
  const ours = left.flat().filter((line) => !/ \/var\/lib\/postgresql\/| \/etc\/ssh\/ssh_host_ed25519_key/.test(line));
  expect(ours).toEqual([]);
});
