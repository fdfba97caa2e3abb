import { spawnSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { anyText } from "../support/arbitraries";
import { bash, BashResult, HOST_SCRIPTS, temporaryFolder } from "../support/bash";
import { writeFileSync } from "node:fs";

const folder = temporaryFolder();

/**
 * Runs a program with the firewall's functions, by a shell that may be in a network of its own; `ingress` is what
 * TypeScript has rendered.
 */
function firewall(program: string, ingress = "", args: string[] = [], shell = "bash"): BashResult {
  writeFileSync(join(folder(), "ingress"), ingress);
  const stubs = `file() { printf '%s' "$ingress"; }; fail() { echo "failed: $1"; exit 1; }; CONFIG=/nowhere ssh_session=`;
  const whole = `set -euo pipefail; scripts=$1 ingress=$2; shift 2; ${stubs}\n. "$scripts/kinds/firewall.sh"\n${program}`;
  return bash(`program=$1; shift; exec ${shell} -c "$program" bash "$@"`, [
    whole,
    HOST_SCRIPTS,
    join(folder(), "ingress"),
    ...args,
  ]);
}

const OWN_NETWORK = "unshare --net bash";

const rulesOf = ({ stdout }: BashResult): string[] => /"DHCPv6"\n((?:.|\n)*) {4}\}\n\}\n$/.exec(stdout)![1]!.split("\n").slice(0, -1).map((line) => line.trim()); // prettier-ignore

test("each line becomes a rule, for IPv4 or IPv6", () => {
  const lines = ["tcp 22 any SSH", "tcp 11223 10.0.0.11 a b", "udp 53 2001:db8::/32 c", "vrrp - 10.0.0.12 d"];
  expect(rulesOf(firewall("render_rules", lines.join("\n")))).toEqual([
    'tcp dport 22 accept comment "SSH"',
    'ip saddr 10.0.0.11 tcp dport 11223 accept comment "a b"',
    'ip6 saddr 2001:db8::/32 udp dport 53 accept comment "c"',
    'ip saddr 10.0.0.12 meta l4proto vrrp accept comment "d"',
  ]);
});

test("everything that is not let in is dropped, in a table of our own that is replaced in one step", () => {
  const { stdout } = firewall("render_rules");
  expect(stdout).toMatch(/^table inet cdktf_zato\ndelete table inet cdktf_zato\ntable inet cdktf_zato \{\n/);
  expect(stdout).toContain("type filter hook input priority filter; policy drop;\n");
  expect(stdout).not.toContain("flush");
});

test("SSH is let in on the port on which sshd was called too, where that was translated on the way", () => {
  const run = firewall(
    "ssh_session='192.0.2.1 5000 10.0.0.11 22'; render_rules",
    "tcp 2222 10.0.0.0/8 SSH\ntcp 80 any x",
  );
  expect(rulesOf(run)).toEqual([
    'ip saddr 10.0.0.0/8 tcp dport 2222 accept comment "SSH"',
    'ip saddr 10.0.0.0/8 tcp dport 22 accept comment "SSH"',
    'tcp dport 80 accept comment "x"',
  ]);
});

test("names become addresses", () => {
  const getent = 'getent() { printf "10.0.0.7 STREAM x\\n10.0.0.7 DGRAM\\n2001:db8::7 STREAM\\n"; }';
  expect(rulesOf(firewall(`${getent}; render_rules`, "tcp 80 web.example.com x"))).toEqual([
    'ip saddr 10.0.0.7 tcp dport 80 accept comment "x"',
    'ip6 saddr 2001:db8::7 tcp dport 80 accept comment "x"',
  ]);
});

test("fails for a name that is none", () => {
  expect(firewall("getent() { return 2; }; addresses_of web.example.com").stdout).toContain(
    "the address of web.example.com, which the firewall is to let in, cannot be found",
  );
});

test("no text becomes anything but networks, whatever Terraform puts in the place of a token", () => {
  const texts = fc.sample(
    fc.oneof(anyText, anyText.map((text) => `10.0.0.1${text}`), fc.ipV4(), fc.ipV6()),
    60,
  ); // prettier-ignore
  const program = 'getent() { return 2; }; for text; do (addresses_of "$text" 2>/dev/null) || true; done';
  const { stdout } = firewall(program, "", texts);
  for (const line of stdout.split("\n").filter((one) => !one.startsWith("failed: "))) {
    // The rest of a message whose text has several lines is no rule either: it was on its way to the log.
    if (!stdout.includes(`failed: `) || /^[0-9a-f]*[.:]/i.test(line)) {
      expect(line).toMatch(/^([0-9a-fA-F.:/]*|.*neither a network nor a name.*)$/s);
    }
  }
});

const nft = spawnSync("unshare", ["--net", "nft", "list", "tables"]).status === 0;

(nft ? test : test.skip).each([
  ["10.1.2.3", ["10.0.0.0/8", "10.1.0.0/16"], true],
  ["192.0.2.1", ["10.0.0.0/8", "192.0.2.2"], false],
  ["192.0.2.1", ["0.0.0.0/0"], true],
  ["2001:db8::9", ["10.0.0.0/8", "2001:db8::/32"], true],
  ["2001:db9::9", ["10.0.0.0/8", "2001:db8::/32"], false],
  ["2001:db8::9", ["10.0.0.0/8"], false],
])("who logs in from %s is among %j: %s", (client, networks, isAmong) => {
  const lines = networks.map((network) => `tcp 22 ${network} SSH`).join("\n");
  const program = `ssh_session="${client} 5000 10.0.0.11 22"; require_own_address`;
  const { status, stdout } = firewall(program, lines, [], OWN_NETWORK);
  expect([status === 0, stdout.includes(`'sshFrom' does not contain ${client}`)]).toEqual([isAmong, !isAmong]);
});

(nft ? test : test.skip)("nftables accepts whatever networks and ports may be given", () => {
  const network = fc.oneof(
    fc.tuple(fc.ipV4(), fc.option(fc.integer({ min: 0, max: 32 }))),
    fc.tuple(
      fc.ipV6().filter((address) => !address.includes(".")),
      fc.option(fc.integer({ min: 0, max: 128 })),
    ),
  );
  const line = fc
    .tuple(fc.constantFrom("tcp", "udp"), fc.integer({ min: 1, max: 65535 }), network)
    .map(
      ([protocol, port, [address, prefix]]) => `${protocol} ${port} ${address}${prefix === null ? "" : `/${prefix}`} x`,
    );
  const run = firewall("render_rules | nft --check -f -", fc.sample(line, 200).join("\n"), [], OWN_NETWORK);
  expect(run).toEqual({ status: 0, stdout: "", stderr: "" });
});
