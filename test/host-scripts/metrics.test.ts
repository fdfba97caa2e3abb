import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderManifest } from "../../lib/remote/manifest";
import { BashResult, temporaryFolder } from "../support/bash";
import { Sandbox } from "../support/sandbox";
import { testWith } from "../support/tools";

const folder = temporaryFolder();
const withPromtool = testWith(["promtool", "--version"]);

const STATE = "/var/lib/cdktf-zato/components";
const DRIFT = `${STATE}/zato-metrics/drift`;
const FILE = "/textfiles/cdktf-zato-zato.prom";

/** What is known of the host: a cluster `a`, the balancer `edge`, and what others have there. */
const FACTS = [
  ["a-server1", "declared", "server a 4 -"],
  ["a-load-balancer", "declared", "load-balancer a - -"],
  ["a-scheduler", "declared", "scheduler a - true"],
  ["a-backup", "declared", "backup a - -"],
  ["a-installation", "declared", "installation - - -"],
  ["edge", "declared", "haproxy - - -"],
  ["b-server1", "declared", "server b 2 -"],
  ["other-edge", "declared", "haproxy - - -"],
  ["zato-metrics", "declared", "metrics a - -"],
  ["host", "time", "1790000000.125"],
  ["host", "disk", "/ 1000 500"],
  ["a-server1", "workers", "3"],
  ["a-server1", "services", "6 7"],
  ["a-server1", "build", "0d93"],
  ["a-server1", "unit", "zato-a-server1.service active 1790000000 2 success"],
  ["a-server1", "deployed", "1780000000"],
  ["a-load-balancer", "answers", "yes"],
  ["a-load-balancer", "deployed", "failed"],
  ["a-scheduler", "unit", "zato-a-scheduler.service failed 1790000000 5 exit-code"],
  ["a-backup", "unit", "zato-a-backup.service inactive 1790000000 0 exit-code"],
  ["a-backup", "unit", "zato-a-backup.timer active 1790000000 0 success"],
  ["a-backup", "backup", "1789990000 123456"],
  ["edge", "answers", "no"],
  ["edge", "unit", "zato-edge-vrrp.service inactive 0 0 success"],
  ["edge", "address", "10.0.0.100 held 1789000000"],
  ["edge", "certificate", '/etc/zato-"edge"\\/certificate.pem 1800000000'],
  ["b-server1", "workers", "2"],
  ["other-edge", "answers", "yes"],
];

const MANIFEST = {
  parameters: {
    host: "host1",
    label: "zato-metrics",
    unit: "zato-zato-metrics.service",
    timer: "zato-zato-metrics.timer",
    file: "cdktf-zato-zato.prom",
    deployment: "zato",
    cluster: "a",
    balancer: "edge",
  },
  files: { unit: "[Service]\n", timer: "[Timer]\n" },
};

function manifest(directory = join(folder(), "textfiles")): string {
  return renderManifest({ ...MANIFEST, parameters: { ...MANIFEST.parameters, directory } });
}

/** A host on which the component is there, and that knows these facts. */
function host(facts: readonly (readonly string[])[] = FACTS): Sandbox {
  const sandbox = new Sandbox(folder());
  sandbox.define("is_roots_alone() { true; }");
  sandbox.write("/facts", facts.map((fact) => `${fact.join("\t")}\n`).join(""));
  writeFileSync(join(sandbox.scripts, "status.sh"), `cat '${folder()}/facts'\n`);
  writeFileSync(
    join(sandbox.scripts, "drift.sh"),
    `cat >'${folder()}/asked'; [ ! -e '${folder()}/deploying' ] || exit 1; cat '${folder()}/found' 2>/dev/null || true\n`,
  );
  mkdirSync(join(folder(), "textfiles"));
  sandbox.write(`${STATE}/zato-metrics/manifest`, manifest());
  return sandbox;
}

const gather = (sandbox: Sandbox): BashResult => sandbox.run("metrics.sh", "zato-metrics");

/** What is written then: values by metric and labels, without those that all have. */
function gathered(sandbox: Sandbox): Record<string, string> {
  expect(gather(sandbox)).toMatchObject({ status: 0, stderr: "" });
  const lines = sandbox.read(FILE)!.split("\n").slice(0, -1);
  return Object.fromEntries(
    lines
      .filter((line) => !line.startsWith("#"))
      .map((line) => {
        expect(line).toMatch(/^cdktf_zato_\w+\{(.+,)?deployment="zato",cluster="a"\} [\d.]+$/);
        const [, name, value] = /^cdktf_zato_(.*) (\S+)$/.exec(line)!;
        return [name!.replace(/,?deployment="zato",cluster="a"/, "").replace("{}", ""), value!];
      }),
  );
}

test("facts of the deployment become metrics, those of others on the host do not", () => {
  const { gathering_cpu_seconds: cpu, drift_check_timestamp_seconds: checked, ...found } = gathered(host());
  expect(Number(cpu)).toBeGreaterThan(0);
  expect(Math.abs(Number(checked) - Date.now() / 1000)).toBeLessThan(60);
  expect(found).toEqual({
    'workers{component="a-server1"}': "3",
    'workers_declared{component="a-server1"}': "4",
    'services_loaded{component="a-server1"}': "6",
    'services_declared{component="a-server1"}': "7",
    'server_build_info{component="a-server1",build="0d93"}': "1",
    'unit_active{component="a-server1",unit="zato-a-server1.service"}': "1",
    'unit_restarts_total{component="a-server1",unit="zato-a-server1.service"}': "2",
    'deploy_timestamp_seconds{component="a-server1"}': "1780000000",
    'deploy_failed{component="a-server1"}': "0",
    'answers{component="a-load-balancer",kind="load-balancer"}': "1",
    'deploy_failed{component="a-load-balancer"}': "1",
    'scheduler_active{component="a-scheduler"}': "0",
    'scheduler_declared{component="a-scheduler"}': "1",
    'backup_failed{component="a-backup"}': "1",
    'backup_timestamp_seconds{component="a-backup"}': "1789990000",
    'backup_size_bytes{component="a-backup"}': "123456",
    'unit_active{component="a-backup",unit="zato-a-backup.timer"}': "1",
    'unit_restarts_total{component="a-backup",unit="zato-a-backup.timer"}': "0",
    'answers{component="edge",kind="haproxy"}': "0",
    'unit_active{component="edge",unit="zato-edge-vrrp.service"}': "0",
    'unit_restarts_total{component="edge",unit="zato-edge-vrrp.service"}': "0",
    'virtual_address_held{component="edge",address="10.0.0.100"}': "1",
    'certificate_expiry_timestamp_seconds{component="edge",path="/etc/zato-\\"edge\\"\\\\/certificate.pem"}':
      "1800000000",
    deploy_running: "0",
    gathering_timestamp_seconds: "1790000000.125",
    'drift_findings{component="a-server1"}': "0",
    'drift_findings{component="a-load-balancer"}': "0",
    'drift_findings{component="a-scheduler"}': "0",
    'drift_findings{component="a-backup"}': "0",
    'drift_findings{component="a-installation"}': "0",
    'drift_findings{component="edge"}': "0",
    'drift_findings{component="zato-metrics"}': "0",
  });
});

withPromtool("it is what Prometheus reads, and names things as it wants them named", () => {
  const sandbox = host();
  gathered(sandbox);
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
    input: readFileSync(join(folder(), FILE)),
    encoding: "utf8",
  });
  expect([status, stdout, stderr]).toEqual([0, "", ""]);
});

test("what is no number, or said twice, is left out: node_exporter would leave out all", () => {
  const lies = [
    ["a-server1", "workers", "3"],
    ["a-server1", "workers", "4"],
    ["a-server1", "workers", "many"],
    ["a-server1", "services", "-1 NaN"],
    ["edge", "certificate", "/etc/zato-edge/certificate.pem unknown"],
    ["edge", "nonsense", "1"],
  ];
  const declared = FACTS.filter(([, fact]) => fact === "declared");
  const sandbox = host([...declared, ...lies]);
  const found = gathered(sandbox);
  expect(sandbox.read(FILE)!.match(/^cdktf_zato_workers\{/gm)).toHaveLength(1);
  expect(found['workers{component="a-server1"}']).toBe("3");
  expect(Object.keys(found).filter((name) => /services_|certificate|nonsense/.test(name))).toEqual([]);
});

test("on a host without a cluster of the deployment, it is the balancer's alone", () => {
  const sandbox = host();
  sandbox.write(`${STATE}/zato-metrics/manifest`, manifest().replace("|a\n", "|\n"));
  expect(gather(sandbox).status).toBe(0);
  const text = sandbox.read(FILE)!;
  expect(text).toContain('cdktf_zato_answers{component="edge",kind="haproxy",deployment="zato"} 0\n');
  expect(text).not.toMatch(/a-server1|b-server1/);
});

test("everybody may read it, and there is nothing else in the folder", () => {
  const sandbox = host();
  gathered(sandbox);
  const { stdout } = spawnSync("stat", ["-c", "%a", join(folder(), FILE)], { encoding: "utf8" });
  expect(stdout).toBe("644\n");
  expect(spawnSync("ls", ["-A", join(folder(), "textfiles")], { encoding: "utf8" }).stdout).toBe(
    "cdktf-zato-zato.prom\n",
  );
});

test("where nothing can be gathered, what was written before stays", () => {
  const sandbox = host();
  gathered(sandbox);
  const before = sandbox.read(FILE);
  writeFileSync(join(sandbox.scripts, "status.sh"), "exit 1\n");
  expect(gather(sandbox).status).not.toBe(0);
  expect(sandbox.read(FILE)).toBe(before);
});

describe("what is not as deployed", () => {
  const findings = (sandbox: Sandbox): string | undefined => gathered(sandbox)['drift_findings{component="a-server1"}'];

  test("is looked for in what belongs to the deployment, and to the host itself", () => {
    const sandbox = host();
    sandbox.write("/found", "a-server1\tone was changed\na-server1\tanother was changed\n");
    expect(findings(sandbox)).toBe("2");
    expect(sandbox.read("/asked")!.split("\n").slice(0, -1).sort()).toEqual(
      [
        "server a-server1 unknown",
        "load-balancer a-load-balancer unknown",
        "scheduler a-scheduler unknown",
        "backup a-backup unknown",
        "installation a-installation unknown",
        "haproxy edge unknown",
        "metrics zato-metrics unknown",
      ].sort(),
    );
  });

  test("is looked for once an hour, and when something has been deployed since", () => {
    const sandbox = host();
    expect(findings(sandbox)).toBe("0");
    sandbox.write("/found", "a-server1\tit was changed\n");
    expect(findings(sandbox)).toBe("0");

    // WHEN an hour has passed
    const hourAgo = Date.now() / 1000 - 3700;
    utimesSync(join(folder(), DRIFT), hourAgo, hourAgo);
    utimesSync(join(folder(), STATE, "zato-metrics/manifest"), hourAgo - 10, hourAgo - 10);
    expect(findings(sandbox)).toBe("1");

    // WHEN the clock was ahead at that time
    sandbox.write("/found", "a-server1\tit was changed\na-server1\tso was another\n");
    const ahead = Date.now() / 1000 + 1_000_000;
    utimesSync(join(folder(), DRIFT), ahead, ahead);
    expect(findings(sandbox)).toBe("2");

    // WHEN a component was deployed
    rmSync(join(folder(), "found"));
    expect(findings(sandbox)).toBe("2");
    const later = Date.now() / 1000 + 5;
    sandbox.write(`${STATE}/a-server1/converged`, "");
    utimesSync(join(folder(), STATE, "a-server1/converged"), later, later);
    expect(findings(sandbox)).toBe("0");
  });

  test("is what was found before, while a deploy is at work", () => {
    const sandbox = host([...FACTS, ["host", "deploy", "running"]]);
    sandbox.write("/deploying", "");
    const found = gathered(sandbox);
    expect(found["deploy_running"]).toBe("1");
    expect(Object.keys(found).filter((name) => name.startsWith("drift"))).toEqual([]);
  });
});

describe("the component", () => {
  const converge = (sandbox: Sandbox, text = manifest()): BashResult =>
    sandbox.converge("metrics", "zato-metrics", text);

  test("has its own copy of the scripts, a timer that runs, and is gathered once", () => {
    const sandbox = host();
    expect(converge(sandbox)).toMatchObject({ status: 0, stderr: "" });
    expect(sandbox.read("/etc/systemd/system/zato-zato-metrics.service")).toBe("[Service]\n");
    expect(sandbox.read("/etc/systemd/system/zato-zato-metrics.timer")).toBe("[Timer]\n");
    expect(sandbox.read(`${STATE}/zato-metrics/scripts/metrics.sh`)).toContain("metrics.sh");
    expect(sandbox.calls.filter((call) => /(start|enable)\b/.test(call))).toEqual([
      "systemctl enable --quiet zato-zato-metrics.timer",
      "systemctl restart zato-zato-metrics.timer",
      "systemctl start zato-zato-metrics.service",
    ]);
  });

  test("fails where nothing was gathered", () => {
    const sandbox = host();
    sandbox.program("systemctl", '[ "$1" != start ]');
    expect(converge(sandbox).stdout).toContain(
      "no metrics were written; see 'sudo journalctl -u zato-zato-metrics.service'",
    );
  });

  test("says when the last attempt has failed", () => {
    const sandbox = host();
    converge(sandbox);
    sandbox.define(`found() { printf '%s\\n' "$1"; }`);
    writeFileSync(
      join(sandbox.scripts, "drift.sh"),
      `scripts=${sandbox.scripts}; . "$scripts/lib/all.sh"; . "$scripts/kinds/metrics.sh"; param() { echo the-unit; }; drift\n`,
    );
    sandbox.program("systemctl", 'case "$1" in is-failed) exit 0 ;; *) exit 1 ;; esac');
    expect(sandbox.run("drift.sh").stdout).toBe("metrics are not written: see 'sudo journalctl -u the-unit'\n");
  });

  test("makes the folder where there is none, and takes it away with its file when it goes", () => {
    const sandbox = host();
    const deep = join(folder(), "prometheus/node-exporter");
    expect(converge(sandbox, manifest(deep)).status).toBe(0);
    expect(gather(sandbox).status).toBe(0);
    expect(sandbox.read("/prometheus/node-exporter/cdktf-zato-zato.prom")).toContain("cdktf_zato_");
    const { stdout } = spawnSync("stat", ["-c", "%a", deep], { encoding: "utf8" });
    expect(stdout).toBe("755\n");

    expect(sandbox.run("remove.sh", "metrics", "zato-metrics").status).toBe(0);
    expect(spawnSync("ls", [join(folder(), "prometheus")]).status).not.toBe(0);
    expect(sandbox.calls).toContain("systemctl disable --now --no-reload --quiet zato-zato-metrics.timer");
  });

  test("leaves a folder that was there, and what others have in it", () => {
    const sandbox = host();
    sandbox.write("/textfiles/apt.prom", "others\n");
    converge(sandbox);
    gather(sandbox);
    sandbox.run("remove.sh", "metrics", "zato-metrics");
    expect([sandbox.read(FILE), sandbox.read("/textfiles/apt.prom")]).toEqual([undefined, "others\n"]);
  });

  test("never follows a link that somebody has put in the folder's place, when it is made, written or removed", () => {
    const sandbox = host();
    converge(sandbox);
    gather(sandbox);
    const secret = join(folder(), "secret");
    mkdirSync(secret);
    sandbox.write("/secret/cdktf-zato-zato.prom", "somebody's");
    rmSync(join(folder(), "textfiles"), { recursive: true });
    symlinkSync(secret, join(folder(), "textfiles"));

    expect(gather(sandbox).stderr).toContain("nothing could be written to");
    expect(converge(sandbox).stdout).toContain("is no folder that root alone can change");
    sandbox.run("remove.sh", "metrics", "zato-metrics");
    expect(sandbox.read("/secret/cdktf-zato-zato.prom")).toBe("somebody's");
  });

  test("takes no folder that others can write to", () => {
    const sandbox = new Sandbox(folder());
    mkdirSync(join(folder(), "textfiles"));
    chmodSync(join(folder(), "textfiles"), 0o777);
    expect(converge(sandbox).stdout).toContain("is no folder that root alone can change");
  });

  test("makes none where others could put another one in its place", () => {
    const sandbox = host();
    sandbox.define("lies_in_roots() { false; }");
    expect(converge(sandbox, manifest(join(folder(), "prometheus/node-exporter"))).stdout).toMatch(
      /cannot be made, since others than root can change .*; install node_exporter first/,
    );
    expect(spawnSync("ls", [join(folder(), "prometheus")]).status).not.toBe(0);
  });
});
