import { spawnSync } from "node:child_process";
import { readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderManifest } from "../../lib/remote/manifest";
import { temporaryFolder } from "../support/bash";
import { Sandbox } from "../support/sandbox";
import { testWith } from "../support/tools";

const folder = temporaryFolder();
const withOpenssl = testWith(["openssl", "version"]);

const STATE = "/var/lib/cdktf-zato/components";

/** What systemd says of the units that are asked for, one that it knows by another name among them. */
const SYSTEMCTL = `
case "$*" in
  *--property*) for unit in "\${@:4}"; do
    case $unit in
      zato-a-backup.timer) printf 'Id=%s\\nActiveState=inactive\\nStateChangeTimestampMonotonic=0\\n\\n' "$unit" ;;
      zato-a-web-admin.service) printf 'Id=alias.service\\nActiveState=active\\n\\n' ;;
      *) printf 'NRestarts=2\\nId=%s\\nResult=exit-code\\nActiveState=failed\\nStateChangeTimestampMonotonic=1000000\\n\\n' "$unit" ;;
    esac
  done ;;
esac`;

function component(sandbox: Sandbox, kind: string, name: string, parameters: Record<string, string>): void {
  sandbox.write(`${STATE}/${name}/kind`, `${kind}\n`);
  sandbox.write(`${STATE}/${name}/manifest`, renderManifest({ parameters, files: { unit: "[Unit]\n@param cluster" } }));
  sandbox.write(`${STATE}/${name}/converged`, "");
}

/** A host with a cluster `a` and a balancer in front. What user zato is asked, and what it answers, are files of the test's. */
function host(): Sandbox {
  const sandbox = new Sandbox(folder());
  sandbox.define(`
    as_zato_with_input() { cat >'${folder()}/asked'; printf '%s\\n' "$*" >'${folder()}/by'; cat '${folder()}/zato-says' 2>/dev/null || true; }
    haproxy_admin() { echo "$*" >>'${folder()}/calls'; cat '${folder()}/haproxy-says' 2>/dev/null; }
    sql() { [ "$1" = 'select 1' ] && [ ! -e '${folder()}/no-database' ]; }`);
  sandbox.program("systemctl", SYSTEMCTL, false);
  const cluster = { cluster: "a" };
  component(sandbox, "server", "a-server1", {
    ...cluster,
    release: "zato-3",
    unit: "zato-a-server1.service",
    address: "127.0.0.1:17010",
    load_balancer_socket: "/run/zato-a/admin.sock",
    back_end: "bck/server1",
    back_end_once: "bck_once",
  });
  component(sandbox, "load-balancer", "a-load-balancer", {
    ...cluster,
    health_url: "http://127.0.0.1:11223/zato/ping",
  });
  component(sandbox, "web-admin", "a-web-admin", {
    ...cluster,
    unit: "zato-a-web-admin.service",
    address: "127.0.0.1:8183",
    log_in_path: "/accounts/login/",
  });
  component(sandbox, "odb", "a-odb", cluster);
  component(sandbox, "content", "a-content", { ...cluster, services: "orders abc\npartner def" });
  sandbox.write("/etc/cdktf-zato/secrets/a/admin_invoke_password", "secret");
  return sandbox;
}

/** What is said, by subject and fact. */
function facts(sandbox: Sandbox): Record<string, string[]> {
  const { status, stdout, stderr } = sandbox.ask("status.sh", "");
  expect([status, stderr]).toEqual([0, ""]);
  const found: Record<string, string[]> = {};
  for (const line of stdout.split("\n").slice(0, -1)) {
    const [subject, fact, value, ...more] = line.split("\t");
    expect(more).toEqual([]);
    (found[`${subject} ${fact}`] ??= []).push(value!);
  }
  return found;
}

test("a host says its time, and the room on each file system, once", () => {
  const found = facts(host());
  expect(Math.abs(Number(found["host time"]![0]) - Date.now() / 1000)).toBeLessThan(30);
  const mounts = found["host disk"]!.map((disk) => disk.split(" ")[0]);
  expect(mounts).toContain("/");
  expect(new Set(mounts).size).toBe(mounts.length);
  expect(found["host disk"]![0]).toMatch(/^\S+ \d+ \d+$/);
  expect(found["host deploy"]).toBeUndefined();
});

test("a deploy that is at work is told, and not disturbed", () => {
  const sandbox = host();
  sandbox.write("/run/cdktf-zato/lock", "");
  expect(facts(sandbox)["host deploy"]).toBeUndefined();
  const held = `exec 9>"$1/run/cdktf-zato/lock"; flock 9; bash "$2/status.sh"`;
  const { stdout } = spawnSync("bash", ["-c", held, "bash", folder(), sandbox.scripts], {
    encoding: "utf8",
    env: { ...process.env, PATH: `${folder()}/bin:${process.env.PATH}` },
  });
  expect(stdout).toMatch(/^host\tdeploy\trunning$/m);
});

test("on a host without anything, only the host is told of", () => {
  const sandbox = new Sandbox(folder());
  expect(Object.keys(facts(sandbox)).sort()).toEqual(["host disk", "host time"]);
});

test("units are known by the name by which they were asked for: state, since when, restarts, how they ended", () => {
  const sandbox = host();
  component(sandbox, "backup", "a-backup", { cluster: "a", timer: "zato-a-backup.timer" });
  const found = facts(sandbox);
  const [name, state, since, ...more] = found["a-server1 unit"]![0]!.split(" ");
  expect([name, state, ...more]).toEqual(["zato-a-server1.service", "failed", "2", "exit-code"]);
  const booted = Date.now() / 1000 - Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
  expect(Math.abs(Number(since) - booted - 1)).toBeLessThan(30);
  expect(found["a-backup unit"]).toEqual(["zato-a-backup.timer inactive 0 0 "]);
  expect(found["a-web-admin unit"]).toBeUndefined();
});

test("of each component it is told when a deploy has touched it, or that it has failed", () => {
  const sandbox = host();
  utimesSync(join(folder(), STATE, "a-odb/converged"), 1000, 1000);
  spawnSync("rm", [join(folder(), STATE, "a-content/converged")]);
  const found = facts(sandbox);
  expect([found["a-odb deployed"], found["a-content deployed"]]).toEqual([["1000"], ["failed"]]);
});

test("the build of a server is what its unit says", () => {
  const sandbox = host();
  const unit = "/etc/systemd/system/zato-a-server1.service";
  expect(facts(sandbox)["a-server1 build"]).toBeUndefined();
  sandbox.write(unit, "[Service]\nBindReadOnlyPaths=/opt/zato/builds/0d93:/opt/zato/3.3\n");
  expect(facts(sandbox)["a-server1 build"]).toEqual(["0d93"]);
  sandbox.write(unit, "[Unit]\nX-Zato-Build=3.3+rev1\n");
  expect(facts(sandbox)["a-server1 build"]).toEqual(["3.3+rev1"]);
});

test("what a unit of ours has noted beside its manifest is told", () => {
  const sandbox = host();
  expect(facts(sandbox)["zato-alarms undelivered"]).toBeUndefined();
  component(sandbox, "alarms", "zato-alarms", {});
  sandbox.write(`${STATE}/zato-alarms/facts`, "undelivered\t3 1790000000\n");
  expect(facts(sandbox)["zato-alarms undelivered"]).toEqual(["3 1790000000"]);
});

test("a server that is kept from requests is told", () => {
  const sandbox = host();
  sandbox.write("/run/cdktf-zato/held-a-server1", "");
  expect(facts(sandbox)["a-server1 held"]).toEqual(["yes"]);
});

test("an ODB answers, or does not", () => {
  const sandbox = host();
  expect(facts(sandbox)["a-odb answers"]).toEqual(["yes"]);
  sandbox.write("/no-database", "");
  expect(facts(sandbox)["a-odb answers"]).toEqual(["no"]);
});

describe("what clusters say", () => {
  const asked = (): string[][] =>
    readFileSync(join(folder(), "asked"), "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => line.split("\t"));

  test("is asked by the user zato, with copies of the password in use, of the services that are to be loaded, and of what came with Zato", () => {
    const sandbox = host();
    sandbox.define(`for_zato() { printf 'copy of %s' "$(paste -sd ' ' "$1")"; }`);
    sandbox.write("/var/lib/cdktf-zato/baseline-a.json", "[]");
    facts(sandbox);
    expect(asked()).toEqual([
      ["url", "a-load-balancer", "http://127.0.0.1:11223/zato/ping"],
      ["server", "a-server1", "127.0.0.1:17010", "copy of secret", "copy of orders abc partner def", "copy of []"],
      ["rotation", "a-server1", "/run/zato-a/admin.sock", "bck/server1", "bck_once"],
      ["url", "a-web-admin", "http://127.0.0.1:8183/accounts/login/"],
    ]);
    expect(readFileSync(join(folder(), "by"), "utf8")).toMatch(/^\/usr\/bin\/python3 -I -B \S+\/cluster_status\.py\n$/);
    sandbox.write("/etc/cdktf-zato/secrets/a/admin_invoke_password.former", "former");
    facts(sandbox);
    expect(asked()[1]![3]).toBe("copy of former");
  });

  test("a cluster without content has no services to load", () => {
    const sandbox = host();
    spawnSync("rm", ["-r", join(folder(), STATE, "a-content")]);
    facts(sandbox);
    expect(asked().find(([kind]) => kind === "server")![4]).toBe("");
  });

  test("counts for what was asked, and for nothing else", () => {
    const sandbox = host();
    const honest = ["a-server1\tworkers\t2", "a-server1\trotation\tUP 1", "a-load-balancer\tanswers\tyes"];
    const lies = [
      "edge\tanswers\tyes",
      "host\tdisk\t/ 1 1",
      "a-server1\tbuild\tffff",
      "a-server1\tdeployed\t99",
      "a-server1\tunit\tzato-a-server1.service active 0 0 success",
      "a-odb\tanswers\tyes",
      "a-server1\tworkers\t2\tx",
      "nonsense",
      `a-server1\tmissing\t${"x".repeat(5000)}`,
    ];
    sandbox.write("/zato-says", [...honest, ...lies].join("\n"));
    const { stdout } = sandbox.ask("status.sh", "");
    const said = stdout
      .split("\n")
      .filter((line) => [...honest, ...lies].some((one) => one.startsWith(line.slice(0, 900))));
    expect(said.filter((line) => line.length > 0 && !line.includes("missing")).sort()).toEqual(
      [...honest, "a-odb\tanswers\tyes"].sort(),
    );
    expect(Math.max(...stdout.split("\n").map(({ length }) => length))).toBeLessThan(1001);
  });
});

describe("the balancer in front", () => {
  const stat = (...rows: [pool: string, member: string, requests: number, state: string, seconds: number][]): string =>
    rows
      .map(([pool, member, requests, state, seconds]) => {
        const row = Array<string | number>(40).fill("");
        [row[0], row[1], row[4], row[17], row[23]] = [pool, member, requests, state, seconds];
        return row.join(",");
      })
      .join("\n");

  const withBalancer = (answering?: string): Sandbox => {
    const sandbox = host();
    component(sandbox, "haproxy", "edge", {
      ...{ unit: "zato-edge.service", vrrp_unit: "zato-edge-vrrp.service" },
      ...{ folder: join(folder(), "etc/zato-edge"), socket: "/run/zato-edge/admin.sock", back_end: "clusters" },
      ...(answering !== undefined && { answering_back_end: answering }),
      last_back_end: "clusters_last_resort",
    });
    sandbox.program("ip", "", false);
    return sandbox;
  };

  test("tells how it has clusters, with requests in all of its back ends", () => {
    const sandbox = withBalancer();
    sandbox.write(
      "/haproxy-says",
      stat(
        ["clients", "FRONTEND", 9, "OPEN", 1],
        ["clusters", "host1", 2, "UP 1/2", 60],
        ["clusters_once", "host1", 3, "no check", 70],
        ["clusters", "host2", 0, "MAINT", 5],
        ["clusters", "BACKEND", 5, "UP", 60],
        ["other", "host1", 9, "UP", 60],
      ),
    );
    const found = facts(sandbox);
    expect(found["edge answers"]).toEqual(["yes"]);
    expect(found["edge member"]!.sort()).toEqual(["host1 UP 5 60", "host2 MAINT 0 5"]);
    expect(sandbox.calls).toContain("/run/zato-edge/admin.sock show stat");
  });

  test.each([
    ["clusters_once", "host1", "MAINT", "1", "MAINT"],
    ["clusters_last_resort", "host1", "DRAIN", "1", "DRAIN"],
    ["clusters_cookie", "host1", "UP", "0", "DRAIN"],
    ["clusters_once", "host1", "UP", "1", "UP"],
    ["others", "host1", "MAINT", "1", "UP"],
  ])(
    "tells one that somebody has taken out in %s alone (%s %s, weight %s): %s",
    (pool, member, state, weight, told) => {
      const sandbox = withBalancer();
      const row = stat([pool, member, 0, state, 5]).split(",");
      row[18] = weight;
      sandbox.write("/haproxy-says", `${stat(["clusters", "host1", 2, "UP", 60])}\n${row.join(",")}`);
      expect(facts(sandbox)["edge member"]).toEqual([`host1 ${told} 2 60`]);
    },
  );

  test.each([
    ["DOWN 1/2", ["host1 UNFIT 0 60", "host2 UP 4 60"]],
    ["DOWN", ["host1 UNFIT 0 60", "host2 UP 4 60"]],
    ["MAINT", ["host1 MAINT 0 60", "host2 UP 4 60"]],
    ["UP", ["host1 UP 0 60", "host2 UP 4 60"]],
  ])("tells a cluster that fails the declared check, here %s, from one that does not answer", (state, told) => {
    const sandbox = withBalancer("clusters_ping");
    const says = (ping: string): void =>
      sandbox.write(
        "/haproxy-says",
        stat(
          ["clusters", "host1", 0, state, 60],
          ["clusters", "host1.unfit", 0, "UP", 60],
          ["clusters", "host2", 1, "UP", 60],
          ["clusters_once", "host2.unfit", 3, "UP", 60],
          ["clusters_ping", "host1", 0, ping, 60],
          ["clusters_ping", "host2", 0, "UP", 60],
        ),
      );
    says("UP");
    expect(facts(sandbox)["edge member"]!.sort()).toEqual(told);
    says("DOWN");
    expect(facts(sandbox)["edge member"]!.sort()).toEqual(told.map((one) => one.replace("UNFIT", "DOWN")));
  });

  test("tells that no cluster passes the declared check", () => {
    const sandbox = withBalancer("clusters_ping");
    sandbox.write(
      "/haproxy-says",
      stat(
        ["clusters", "host1", 0, "DOWN", 60],
        ["clusters", "host1.unfit", 7, "UP", 60],
        ["clusters", "host2", 0, "MAINT", 60],
        ["clusters_ping", "host1", 0, "UP", 60],
        ["clusters_ping", "host2", 0, "MAINT", 60],
      ),
    );
    expect(facts(sandbox)["edge member"]!.sort()).toEqual(["host1 UNFIT_ALL 7 60", "host2 MAINT 0 60"]);
  });

  test.each([
    ["DOWN", "UP", "DOWN", ["host1 LAST_RESORT 7 60", "host2 DOWN 0 60"]],
    ["UP", "UP", "DOWN", ["host1 UP 7 60", "host2 DOWN 0 60"]],
    ["UP", "UP", "UP", ["host1 UP 7 60", "host2 DOWN 0 60"]],
    ["DOWN", "DOWN", "DOWN", ["host1 DOWN 7 60", "host2 DOWN 0 60"]],
    ["MAINT", "MAINT", "UP", ["host1 MAINT 7 60", "host2 LAST_RESORT 0 60"]],
  ])(
    "tells of clusters %s and DOWN, of which %s and %s take connections, which get requests",
    (state, first, second, told) => {
      const sandbox = withBalancer();
      sandbox.write(
        "/haproxy-says",
        stat(
          ["clusters", "host1", 0, state, 60],
          ["clusters", "host2", 0, "DOWN", 60],
          ["clusters_last_resort", "host1", 3, first, 60],
          ["clusters_last_resort", "host2", 0, second, 60],
          ["clusters_last_resort_once", "host1", 4, first, 60],
        ),
      );
      expect(facts(sandbox)["edge member"]!.sort()).toEqual(told);
    },
  );

  test("is told not to answer where it says nothing", () => {
    expect(facts(withBalancer())["edge answers"]).toEqual(["no"]);
  });

  test("tells whether a virtual address is here, and since when, also of the one of before", () => {
    const sandbox = withBalancer();
    const block = (name: string, address: string): string => `    ${name} {\n        ${address}\n    }\n`;
    const config = block("virtual_ipaddress", "10.0.0.100/32") + block("virtual_ipaddress_excluded", "fd00::1/128");
    sandbox.write("/etc/zato-edge/keepalived.conf", config);
    sandbox.program(
      "journalctl",
      "echo '1000.5 h keepalived: (edge) Entering MASTER STATE'; echo '1001 h x: other'",
      false,
    );
    expect(facts(sandbox)["edge address"]).toEqual(["10.0.0.100 free", "fd00::1 free"]);
    sandbox.program("ip", 'case "$*" in *"show to 10.0.0.100"*) echo 2: eth0 ;; esac', false);
    expect(facts(sandbox)["edge address"]).toEqual(["10.0.0.100 held 1000.5", "fd00::1 free"]);
    sandbox.program("journalctl", "", false);
    expect(facts(sandbox)["edge address"]).toEqual(["10.0.0.100 held unknown", "fd00::1 free"]);
  });
});

describe("of certificates", () => {
  withOpenssl("it is told where they are, and when they end", () => {
    const sandbox = host();
    const place = join(folder(), "certificate.pem");
    const words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=a"];
    spawnSync("openssl", [...words, "-days", "30", "-keyout", join(folder(), "key"), "-out", place]);
    component(sandbox, "load-balancer", "a-load-balancer", {
      cluster: "a",
      certificate: place,
      web_admin_certificate: "",
    });
    const [found, ...others] = facts(sandbox)["a-load-balancer certificate"]!;
    expect(others).toEqual([]);
    const [where, end] = found!.split(" ");
    expect(where).toBe(place);
    expect(Math.abs(Number(end) - Date.now() / 1000 - 30 * 86400)).toBeLessThan(60);
  });

  withOpenssl("one that is none has no end", () => {
    const sandbox = host();
    const place = join(folder(), "certificate.pem");
    writeFileSync(place, "x");
    component(sandbox, "load-balancer", "a-load-balancer", { cluster: "a", certificate: place });
    expect(facts(sandbox)["a-load-balancer certificate"]).toEqual([`${place} unknown`]);
  });
});

test("of backups the newest one of these data is told", () => {
  const sandbox = host();
  const directory = join(folder(), "backups");
  component(sandbox, "backup", "a-backup", { cluster: "a", directory });
  expect(facts(sandbox)["a-backup backup"]).toBeUndefined();
  sandbox.write("/etc/cdktf-zato/secrets/a/identity", "0a0b");
  ["a-0a0b-000001-20261101T000000Z", "a-0a0b-000002-20261102T000000Z", "a-ffff-000009-20261103T000000Z"].forEach(
    (name, index) => {
      sandbox.write(`/backups/${name}.tar`, "x".repeat(index + 1));
      utimesSync(join(directory, `${name}.tar`), 1000 + index, 1000 + index);
    },
  );
  expect(facts(sandbox)["a-backup backup"]).toEqual(["1001 2"]);
});
