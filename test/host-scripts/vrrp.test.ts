import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { renderKeepalivedConfig } from "../../lib/load-balancing/keepalived-config";
import { renderManifest } from "../../lib/remote/manifest";
import { temporaryFolder } from "../support/bash";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();

const HOSTS = [0, 1] as const;

/** A pair of HAProxies with a virtual address, which deploys tell of their addresses, one after the other. */
class Pair {
  private readonly hosts = HOSTS.map((host) => {
    const own = join(folder(), `host${host}`);
    mkdirSync(own);
    const sandbox = new Sandbox(own);
    ["haproxy", "keepalived", "nft"].forEach((program) => sandbox.program(program));
    sandbox.define(`
      need_packages_stopped() { :; }
      own_interface() { echo eth0; }
      haproxy_admin() { case $2 in 'show stat') echo 'clusters,BACKEND,0,UP,' ;; esac; }
      haproxy_by_hand() { :; }
      answers_by_address() { true; }; wait_until() { shift 2; "$@"; }`);
    sandbox.program("systemctl", "case $* in is-active*) [ -e /nowhere ] || true ;; esac");
    return sandbox;
  });

  /** What a deploy that declares these addresses does, step by step. */
  public deploy(addresses: readonly [string, string], afterStep: (step: string) => void): void {
    for (const script of ["early.sh", "converge.sh"] as const) {
      for (const host of HOSTS) {
        expect(this.tell(host, addresses, script)).toBe(0);
        afterStep(`${script} of ${host}`);
      }
    }
  }

  /**
   * The address by which a host speaks, those by which it hears the other, by keepalived and by the guard alike, and its own at which it
   * hears nobody else.
   */
  public says(host: 0 | 1): { from: string; hears: string[]; guards: string[] } {
    const config = this.hosts[host]!.read("/etc/zato-edge/keepalived.conf")!;
    const guard = this.hosts[host]!.read("/etc/zato-edge/vrrp.nft")!;
    const hears = [...config.matchAll(/^ +(\S+) min_ttl 255$/gm)].map(([, address]) => address!).sort();
    expect([...guard.matchAll(/saddr (\S+) .* accept$/gm)].map(([, address]) => address).sort()).toEqual(hears);
    const guards = [...guard.matchAll(/^ +ip6? daddr (\S+) .* drop$/gm)].map(([, address]) => address!);
    return { from: /unicast_src_ip (\S+)/.exec(config)![1]!, hears, guards };
  }

  /** The clusters to which a host sends requests. */
  public reaches(host: 0 | 1): string {
    return /^# to (.*)$/m.exec(this.hosts[host]!.read("/etc/zato-edge/haproxy.cfg")!)![1]!;
  }

  private tell(host: 0 | 1, addresses: readonly [string, string], script: "converge.sh" | "early.sh"): number | null {
    const [own, peer] = host === 0 ? addresses : [addresses[1], addresses[0]];
    const manifest = renderManifest({
      parameters: {
        ...{ host: `host${host}`, label: "edge", unit: "zato-edge.service", vrrp_unit: "zato-edge-vrrp.service" },
        ...{ folder: "/etc/zato-edge", own_address: own, entry_url: "http://192.0.2.100/zato/ping" },
        ...{ socket: "/run/zato-edge/admin.sock", back_end: "clusters" },
        ...{ virtual_router_id: "51", peers: peer, others_told: String(host === 1), members: addresses.join("\n") },
      },
      files: {
        config: `global\n# to ${addresses.join(", ")}\n`,
        unit: "[Service]\n",
        check: "#!/bin/sh\n",
        vrrp_unit: "[Service]\n",
        keepalived: renderKeepalivedConfig({
          ...{ name: "edge", virtualAddress: "192.0.2.100", virtualRouterId: 51, priority: 100, networkInterface: "" },
          ...{ ownAddress: own, peerAddresses: [peer], check: "/etc/zato-edge/check-haproxy" },
        }),
      },
    });
    return this.hosts[host]!.converge("haproxy", "edge", manifest, {}, script).status;
  }
}

test.each<[string, [string, string], [string, string]]>([
  ["the first", ["192.0.2.11", "192.0.2.12"], ["192.0.2.31", "192.0.2.12"]],
  ["the second", ["192.0.2.11", "192.0.2.12"], ["192.0.2.11", "192.0.2.32"]],
  ["both, which swap them,", ["192.0.2.11", "192.0.2.12"], ["192.0.2.12", "192.0.2.11"]],
  ["both, of IPv6,", ["2001:db8::11", "2001:db8::12"], ["2001:db8::31", "2001:db8::32"]],
])(
  "WHEN %s of a pair get another address, THEN each hears the other all the while, and nobody else in the end",
  (_, before, after) => {
    // GIVEN
    const pair = new Pair();
    pair.deploy(before, () => {});

    // WHEN
    const wrong: string[] = [];
    pair.deploy(after, (step) => {
      const [one, other] = [pair.says(0), pair.says(1)];
      if (!one.hears.includes(other.from) || !other.hears.includes(one.from)) {
        wrong.push(`deaf after ${step}: ${JSON.stringify([one, other])}`);
      }
      if (!one.guards.includes(one.from) || !other.guards.includes(other.from)) {
        wrong.push(`open after ${step}: ${JSON.stringify([one, other])}`);
      }
    });

    // THEN
    expect(wrong).toEqual([]);
    expect([pair.says(0), pair.says(1)]).toEqual([
      { from: after[0], hears: [after[1]], guards: [after[0]] },
      { from: after[1], hears: [after[0]], guards: [after[1]] },
    ]);
  },
);

test("WHEN clusters get other addresses, THEN HAProxies that run send them requests by those of before until they are told at last", () => {
  // GIVEN
  const pair = new Pair();
  pair.deploy(["192.0.2.11", "192.0.2.12"], () => {});

  // WHEN
  const reached: string[][] = [];
  pair.deploy(["192.0.2.31", "192.0.2.32"], () => reached.push(HOSTS.map((host) => pair.reaches(host))));

  // THEN
  const [before, after] = ["192.0.2.11, 192.0.2.12", "192.0.2.31, 192.0.2.32"];
  expect(reached).toEqual([
    [before, before],
    [before, before],
    [after, before],
    [after, after],
  ]);
});
