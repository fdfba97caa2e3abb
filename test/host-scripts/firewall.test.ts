import { join } from "node:path";
import fc from "fast-check";
import { renderManifest } from "../../lib/remote/manifest";
import { anyText } from "../support/arbitraries";
import { bash, BashResult, HOST_SCRIPTS, temporaryFolder } from "../support/bash";
import { Sandbox } from "../support/sandbox";
import { testWith } from "../support/tools";
import { writeFileSync } from "node:fs";

const folder = temporaryFolder();

/**
 * Runs a program with the firewall's functions, by a shell that may be in a network of its own; `ingress` is what
 * TypeScript has rendered.
 */
function firewall(program: string, ingress = "", args: string[] = [], shell = "bash"): BashResult {
  writeFileSync(join(folder(), "ingress"), ingress);
  const stubs = `param() { case $1 in revert) printf zato-firewall-revert ;; unit) printf zato-firewall.service ;; *) echo 8 ;; esac; }; file() { printf '%s' "$ingress"; }; fail() { echo "failed: $1"; exit 1; }; CONFIG=$(dirname "$ingress") ssh_session=`;
  const whole = `set -euo pipefail; scripts=$1 ingress=$2; shift 2; ${stubs}\n. "$scripts/lib/nft.sh"\n. "$scripts/kinds/firewall.sh"\n${program}`;
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
  const lines = ["tcp 22 any SSH", "tcp 11223 10.0.0.11 a b", "udp 53 2001:db8::/32 c", "vrrp - any d"];
  expect(rulesOf(firewall("render_rules", lines.join("\n")))).toEqual([
    'tcp dport 22 accept comment "SSH"',
    'ip saddr 10.0.0.11 tcp dport 11223 accept comment "a b"',
    'ip6 saddr 2001:db8::/32 udp dport 53 accept comment "c"',
    'ip ttl 255 meta l4proto 112 accept comment "d"',
    'ip6 hoplimit 255 meta l4proto 112 accept comment "d"',
  ]);
});

test("everything that is not let in is dropped, in a table of our own that is replaced in one step", () => {
  const { stdout } = firewall("render_rules");
  expect(stdout).toMatch(/^table inet cdktf_zato\ndelete table inet cdktf_zato\ntable inet cdktf_zato \{\n/);
  expect(stdout).toContain("type filter hook input priority filter; policy drop;\n");
  expect(stdout).not.toContain("flush");
});

test("of what nobody declared, only answers, the host itself, ICMP and DHCP get in: no other UDP above all", () => {
  const accepted = firewall("render_rules")
    .stdout.split("\n")
    .filter((line) => line.includes("accept"));
  expect(accepted.map((line) => line.trim())).toEqual([
    "ct state established,related accept",
    "iif lo accept",
    "meta l4proto { 1, 58 } accept",
    'udp sport 67 udp dport 68 accept comment "DHCP"',
    'ip6 saddr fe80::/10 udp dport 546 accept comment "DHCPv6"',
  ]);
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

const testWithNft = testWith(["unshare", "--net", "nft", "list", "tables"]);

testWithNft.each([
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

test("who logs in by IPv4 is not among networks of IPv6, and nftables is not asked about none at all", () => {
  const program = `nft() { echo "nft $*"; }; ssh_session="192.0.2.1 5000 10.0.0.11 22"; require_own_address`;
  expect(firewall(program, "tcp 22 2001:db8::/32 SSH")).toMatchObject({
    status: 1,
    stdout: "failed: 'sshFrom' does not contain 192.0.2.1, from which Terraform has logged in; nothing was changed\n",
  });
});

/** Without the names of protocols, which are in a package that a minimal host has not got. */
const MINIMAL = "unshare --net --mount bash";
const FORGET_NAMES = "[ ! -e /etc/protocols ] || mount --bind /dev/null /etc/protocols";

testWithNft("needs no name of any protocol: it is accepted, and reads the same, with and without them", () => {
  const rules = 'render_rules | nft -f -; echo "as the kernel has them:"; nft_listing "$TABLE"';
  const lines = "tcp 22 any SSH\nvrrp - any d\nudp 53 any dns";
  const minimal = firewall(`${FORGET_NAMES}; ${rules}`, lines, [], MINIMAL);
  expect(minimal).toMatchObject({ status: 0, stderr: "" });
  expect(minimal.stdout).toContain("meta l4proto { 1, 58 } accept");
  expect(minimal.stdout).toContain('ip6 hoplimit 255 meta l4proto 112 accept comment "d"');
  expect(firewall(rules, lines, [], MINIMAL)).toEqual(minimal);
});

/** A host on which transient units are files in a folder, as systemd refuses a second one of a name that has failed. */
const SYSTEMD = `
systemctl() { case $1 in
  reset-failed) for one in "\${@:2}"; do rm -f "units/$one.failed"; done ;;
  stop) for one in "\${@:2}"; do rm -f "units/$one.active"; done ;;
esac; }
systemd-run() { [ ! -e "units/zato-firewall-revert.service.failed" ] || { echo "Unit zato-firewall-revert.service was already loaded"; exit 1; }; echo "\${@: -1}" >revert; }
cd "$(dirname "$ingress")"; mkdir -p units state; state=$PWD/state work=$PWD
sleep() { :; }
`;

describe("the way back", () => {
  const attempt = (program: string): BashResult =>
    firewall(`${SYSTEMD} render_rules >rules.nft; ${program}`, "tcp 22 any SSH", [], OWN_NETWORK);

  testWithNft("of a former try that has failed keeps no later one from being made", () => {
    const run = attempt(
      "touch units/zato-firewall-revert.service.failed units/zato-firewall-revert.timer.active; try_rules; ls units",
    );
    expect(run).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  testWithNft(
    "leads to the rules of before; where the kernel takes these no more, to none, so that nobody is locked out",
    () => {
      const tables = "sh revert 2>/dev/null; nft -n list ruleset";
      expect(attempt(`try_rules; ${tables}`).stdout).toBe("");
      const confirmed =
        "printf 'table inet cdktf_zato\\ndelete table inet cdktf_zato\\ntable inet cdktf_zato { }\\n' >firewall.nft";
      expect(attempt(`${confirmed}; try_rules; ${tables}`).stdout).toBe("table inet cdktf_zato {\n}\n");
      expect(attempt(`echo 'meta l4proto no-such-name' >firewall.nft; try_rules; ${tables}`).stdout).toBe("");
    },
  );
});

testWithNft("nftables accepts whatever networks and ports may be given", () => {
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

describe("rules on trial", () => {
  const PARTS = `${SYSTEMD} scripts=/scripts
    systemctl() { echo "systemctl $*"; }; record() { :; }; remove_overrides() { echo "remove_overrides $1"; }; install_file() { echo "install_file $1 $2 $3"; }`;
  const confirmed = (before: string): BashResult =>
    firewall(`${PARTS}; ${before}; confirm; ls state`, "tcp 22 any SSH");

  test("are kept when somebody has logged in under them, and come back at each boot", () => {
    const { status, stdout } = confirmed("touch state/trial.nft");
    expect(status).toBe(0);
    const steps = stdout.split("\n").map((line) => line.replace(/\S*\/(?=[^/ ]+)/g, ""));
    expect(steps).toEqual(
      expect.arrayContaining([
        "systemctl stop zato-firewall-revert.timer zato-firewall-revert.service",
        "install_file trial.nft firewall.nft 0600",
        "install_file firewall.service zato-firewall.service 0644",
        "systemctl daemon-reload",
        "systemctl enable --quiet zato-firewall.service",
        "remove_overrides zato-firewall.service",
        "systemctl reload-or-restart zato-firewall.service",
      ]),
    );
    expect(steps).not.toContain("trial.nft");
  });

  test("that were taken back already are not kept", () => {
    const { status, stdout } = confirmed(":");
    expect([status, stdout.includes("install_file")]).toEqual([1, false]);
    expect(stdout).toContain("the new rules were taken back already; run the deploy again");
  });
});

test("WHEN somebody logs in while rules are on trial, THEN they are the host's, and a change of them is seen", () => {
  // GIVEN
  const rules = "/etc/cdktf-zato/firewall.nft";
  const host = new Sandbox(folder());
  ["nft", "systemd-run"].forEach((program) => host.program(program));
  host.define("need_packages_stopped() { :; }");
  const parameters = { host: "host1", unit: "zato-firewall.service", revert: "zato-firewall-revert" };
  const manifest = renderManifest({
    parameters: { ...parameters, label: "firewall", rollback_seconds: "8" },
    files: { ingress: "tcp 22 any SSH\n" },
  });
  expect(host.converge("firewall", "firewall", manifest).status).toBe(0);
  expect(host.read(rules)).toBeUndefined();

  // WHEN
  expect(host.run("confirm.sh", "firewall", "firewall").status).toBe(0);

  // THEN
  expect(host.read(rules)).toContain('tcp dport 22 accept comment "SSH"');
  host.write(rules, "");
  expect(host.drift("firewall", "firewall")).toContain(`firewall\t${folder()}${rules} was changed`);
});
