import type { TerraformStack } from "cdktf";
import {
  DataRemoval,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  ZatoInstallation,
  type HostFirewallProps,
} from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { startLoad } from "../../lab/load";
import { describeLoad } from "../../lab/load-summary";
import { waitUntil } from "../../lab/process";
import { renderManifest } from "../../lib/remote/manifest";
import { repairsIn, verify } from "./support/content-cluster";
import { labHost, virtualAddress } from "./support/programs";
import { lastLines, Project } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { forge, heardOn } from "./support/vrrp";
import { holdersOf, httpStatus, poolOf, waitForPing } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;
const ALL_UP = "host1 UP, host2 UP";

/** What somebody else has set up on the host, and would lose by a "flush ruleset". */
const OTHER_TABLE = `table ip somebody {
  chain input {
    type filter hook input priority 10
    tcp dport 7 counter
  }
}
`;

/** Neighbours of a host that speak IPv6, which the lab's own network does not: one in a network that `sshFrom` has, and one that is in another. */
const SIX = `
set -euo pipefail
mount -o remount,rw /proc/sys
ip link add six type bridge
sysctl -q -w net.ipv6.conf.six.disable_ipv6=0 net.ipv6.conf.lo.disable_ipv6=0
ip link set six up
ip address add 2001:db8::1/32 dev six nodad
ip address add 2001:dba::1/32 dev six nodad
for name in admitted foreign; do
    ip netns add "$name"
    ip link add "$name" type veth peer name eth0 netns "$name"
    ip link set "$name" master six up
    ip netns exec "$name" sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=0
    ip -n "$name" link set eth0 up
done
ip -n admitted address add 2001:db8::2/32 dev eth0 nodad
ip -n foreign address add 2001:dba::2/32 dev eth0 nodad
ip -n foreign route add 2001:db8::/32 dev eth0
`;

let lab: Lab;
let project: Project;
let entry: string;
let tablesBefore: string;

function program(firewalls: Partial<Record<(typeof HOSTS)[number], HostFirewallProps>>) {
  return (stack: TerraformStack): void => {
    const hosts = HOSTS.map((name) => labHost(stack, lab, name, { firewall: firewalls[name] }));
    new HighAvailabilityDeployment(stack, "zato", {
      hosts,
      installation: ZatoInstallation.archive(lab.archive),
      servers: 1,
      webAdmin: { bindAddress: "0.0.0.0", allowedNetworks: firewalls.host1 && [`${lab.host("lb1").address}/32`] },
      loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: virtualAddress(lab) }),
      dataRemoval: DataRemoval.DROP,
    });
  };
}

/** Port 9100 for monitoring, from one host. */
function declared(): Record<(typeof HOSTS)[number], HostFirewallProps> {
  const ingress = [{ port: 9100, from: [lab.host("lb1").address] }];
  return { host1: { ingress }, host2: { sshFrom: ["10.0.0.0/8", "2001:db8::/32"] } };
}

/** Those of the ports of host1 that another host reaches. */
async function openPorts(from: string): Promise<number[]> {
  const ports = [22, 80, 8183, 9100, 9101, 11223, 17010];
  const { address } = lab.host("host1");
  const found = await Promise.all(
    ports.map(async (port) => ({
      port,
      isOpen: (await lab.exec(from, ["nc", "-z", "-w", "2", address, String(port)])).status === 0,
    })),
  );
  return found.filter(({ isOpen }) => isOpen).map(({ port }) => port);
}

async function logIn(host: string): Promise<number> {
  return (await lab.ssh(host, "true")).status;
}

async function poolIsUp(): Promise<void> {
  for (const host of HOSTS) {
    await waitUntil(`the pool of ${host}`, 60_000, async () => {
      const pool = await poolOf(lab, host);
      return pool === ALL_UP ? undefined : pool;
    });
  }
}

const rules = (host: string): Promise<string> => lab.execOrThrow(host, "nft list table inet cdktf_zato");

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  entry = `http://${virtualAddress(lab)}/zato/ping`;
  project = new Project(lab);
  for (const host of HOSTS) {
    await lab.execOrThrow(host, "nft -f -", { input: OTHER_TABLE });
  }
  tablesBefore = await lab.execOrThrow("host2", "nft list tables");
  for (const port of [9100, 9101]) {
    await lab.execOrThrow("host1", ["systemd-run", "--quiet", "nc", "-k", "-l", String(port)]);
  }
  await project.synth(program({})).apply();
});

afterAll(() => project?.remove());

describe("on hosts without a firewall, where nftables is there", () => {
  test("nobody but the peer, from the same network, speaks for the virtual router", async () => {
    // GIVEN
    const [holder] = await holdersOf(lab, virtualAddress(lab), HOSTS);
    const peer = HOSTS.find((host) => host !== holder)!;
    const forgery = { from: "client", to: holder!, virtualAddress: virtualAddress(lab), routerId: 51 };

    // WHEN
    const heard = heardOn(lab, holder!, 12);
    await forge(lab, forgery);
    await forge(lab, { ...forgery, ttl: 4 });
    await forge(lab, { ...forgery, ttl: 254, source: lab.host(peer).address });
    await forge(lab, { ...forgery, routerId: 77, packets: 5 });
    await forge(lab, { ...forgery, at: virtualAddress(lab), ttl: 200, packets: 5 });

    // THEN what somebody else's keepalived on the host may be waiting for comes in, with the same number too at another address
    const client = lab.host("client").address;
    const strangers = (await heard).filter((line) => line !== `${lab.host(peer).address} 255 51`);
    expect(strangers).toEqual([`${client} 200 51`, `${client} 255 77`]);
    expect(await holdersOf(lab, virtualAddress(lab), HOSTS)).toEqual([holder]);
    expect(await httpStatus(lab, entry)).toBe(200);

    // WHEN the rules are gone, to see that the packets are such as get through otherwise
    expect(await verify(project.folder)).toMatchObject({ status: 0 });
    await lab.execOrThrow(holder!, "nft delete table inet zato-edge-vrrp");
    const unguarded = heardOn(lab, holder!, 3);
    await forge(lab, { ...forgery, ttl: 4, packets: 10 });

    // THEN
    expect(await unguarded).toContain(`${lab.host("client").address} 4 51`);
    const { stdout } = await verify(project.folder);
    expect(stdout).toContain("the rules of inet zato-edge-vrrp in the kernel were changed");
    await project.apply(...repairsIn(stdout));
    expect(await verify(project.folder)).toMatchObject({ status: 0 });
  });

  test("the other one of the pair is heard", async () => {
    const [holder] = await holdersOf(lab, virtualAddress(lab), HOSTS);
    const other = HOSTS.find((host) => host !== holder)!;
    expect(await heardOn(lab, other, 2)).toEqual([`${lab.host(holder!).address} 255 51`]);
  });
});

describe("a firewall on hosts that are in use", () => {
  test("loses no request when it is set up, and touches nothing else", async () => {
    // GIVEN
    expect(await openPorts("client")).toEqual([22, 8183, 9100, 9101, 11223]);
    const other = await lab.execOrThrow("host1", "nft list table ip somebody");

    // WHEN
    const running = await startLoad(lab, { url: entry, seconds: 110 });
    await running.begun;
    project.synth(program(declared()));
    const plan = await project.plan();
    await project.apply();
    running.stop();
    const summary = await running.finished;

    // THEN
    console.log(`firewall set up: ${describeLoad(summary)}`);
    expect(summary.failedByKind).toEqual({});
    expect(Object.keys(plan).filter((path) => !/firewall|preflight/.test(path))).toEqual([]);
    expect(await lab.execOrThrow("host1", "nft list table ip somebody")).toBe(other);
    expect(await project.planStatus()).toBe(0);
  });

  test("lets in what the model knows of, and nothing else", async () => {
    expect(await openPorts("client")).toEqual([22]);
    expect(await openPorts("lb1")).toEqual([22, 8183, 9100]);
    expect(await openPorts("host2")).toEqual([22, 11223]);
    expect(await httpStatus(lab, entry)).toBe(200);
    expect((await lab.exec("client", `ping -c 1 -W 2 ${lab.host("host1").address}`)).status).toBe(0);
    await poolIsUp();
    // Advertisements pass: one of the two holds the address, and only one.
    expect(await holdersOf(lab, virtualAddress(lab), HOSTS)).toHaveLength(1);
  });

  test("does the same for IPv6", async () => {
    await lab.execOrThrow("host2", SIX);
    await lab.execOrThrow("host2", ["systemd-run", "--quiet", "nc", "-6", "-k", "-l", "9101"]);
    expect((await lab.exec("host2", "sleep 1; nc -z ::1 9101")).status).toBe(0);
    const reaches = async (from: string, port: number): Promise<boolean> =>
      (await lab.exec("host2", `ip netns exec ${from} nc -z -w 2 2001:db8::1 ${port}`)).status === 0;
    expect(await reaches("admitted", 22)).toBe(true);
    expect(await reaches("admitted", 9101)).toBe(false);
    expect(await reaches("foreign", 22)).toBe(false);
  });

  test("opened by hand is found, and closed by the command that verify prints", async () => {
    // GIVEN
    expect(await verify(project.folder)).toMatchObject({ status: 0 });
    await lab.execOrThrow("host1", "nft insert rule inet cdktf_zato input tcp dport 9101 accept");
    expect(await openPorts("client")).toEqual([22, 9101]);

    // WHEN
    const { status, stdout } = await verify(project.folder);
    await project.apply(...repairsIn(stdout));

    // THEN
    expect(status).toBe(1);
    expect(stdout).toContain("the rules of inet cdktf_zato in the kernel were changed");
    expect(await openPorts("client")).toEqual([22]);
    expect(await verify(project.folder)).toMatchObject({ status: 0 });
  });

  test("is there again after a power cut, before anybody can come in", async () => {
    const before = await rules("host1");
    await lab.powerCut("host1");
    await lab.powerOn("host1");
    expect(await rules("host1")).toBe(before);
    await waitForPing(lab, entry);
    await poolIsUp();
    expect(await openPorts("client")).toEqual([22]);
  });
});

describe("nobody is locked out", () => {
  test("by networks that Terraform itself is not in: nothing changes", async () => {
    const before = await rules("host1");
    const run = await project.synth(program({ ...declared(), host1: { sshFrom: ["192.0.2.0/24"] } })).tryApply();
    expect(lastLines(run)).toMatch(
      /'sshFrom' does not contain [\d.]+, from which Terraform has logged in; nothing was/,
    );
    expect(await rules("host1")).toBe(before);
  });

  test("by rules that turn out to be wrong: the host takes them back", async () => {
    // GIVEN rules that let nobody in, tried by hand, since the library does not make such
    const before = await rules("host2");
    const units = { unit: "zato-firewall.service", revert: "zato-firewall-revert" };
    const parameters = { host: "host2", label: "firewall", ...units, rollback_seconds: "8", secrets: "" };
    const manifest = renderManifest({ parameters, files: { ingress: "tcp 22 192.0.2.0/24 SSH" } });
    const staging = "/home/ops/.cdktf-zato";
    await lab.execOrThrow("host2", `cat >${staging}/firewall.manifest`, { input: manifest });

    // WHEN
    await lab.execOrThrow("host2", `bash ${staging}/scripts/converge.sh firewall firewall ${staging}/firewall`);

    // THEN
    expect(await logIn("host2")).not.toBe(0);
    await waitUntil("SSH", 20_000, async () => ((await logIn("host2")) === 0 ? undefined : "locked out"));
    expect(await rules("host2")).toBe(before);
    expect(await httpStatus(lab, entry)).toBe(200);
  });
});

describe("a firewall goes", () => {
  test("when it is no longer declared", async () => {
    await project
      .synth(program({ host2: declared().host2 }))
      .apply(`-replace=${project.address("host2/firewall/state")}`);
    expect(
      (await lab.exec("host1", "nft list table inet cdktf_zato; ls /etc/systemd/system/zato-firewall.service")).stdout,
    ).toBe("");
    expect(await openPorts("client")).toEqual([22, 8183, 11223]);
    expect(await rules("host2")).toContain("policy drop");
  });

  test("with everything else of ours", async () => {
    expect(await project.destroy()).toMatchObject({ status: 0 });
    const left = await lab.exec("host2", "nft list tables; ls -d /etc/cdktf-zato /etc/systemd/system/zato-*");
    expect(left.stdout).toBe(tablesBefore);
  });
});
