import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

/** Waits for the services a and b; each of the checks says what is missing, the last one again and again. */
const waited = (...checks: string[]): string => waitedFor(["a", "b"], ...checks);

/** What systemd says of the server that they are waited for on; another one does not run. */
let state = "active";
beforeEach(() => (state = "active"));

function waitedFor(services: readonly string[], ...checks: string[]): string {
  const env = join(folder(), "env", "c", "hot-deploy");
  mkdirSync(env, { recursive: true });
  writeFileSync(join(env, "cdktf_zato_inventory.py"), "");
  const lines = services.map((name) => {
    writeFileSync(join(env, `${name}.py`), name);
    return `${name} ${createHash("sha256").update(name).digest("hex")}\n`;
  });
  writeFileSync(join(folder(), "services"), lines.join(""));
  checks.forEach((missing, index) => writeFileSync(join(folder(), `check-${index}`), missing));
  writeFileSync(join(folder(), "checked"), "");
  writeFileSync(join(folder(), "here"), state);
  writeFileSync(join(folder(), "there"), "inactive");
  return bash(
    `work=$2; . "$1/lib/services.sh"; . "$1/release/zato-3/deploy.sh"; record() { :; }; of_release() { "$@"; }
     param() { case $1 in servers) echo "here 1" ;; hot_deploy) echo "$work/env/c/hot-deploy" ;; address | unit) echo "$server" ;; esac; }
     param_file() { echo "$work/services"; }
     progress() { :; }
     fail() { echo "failed: $1"; exit 1; }
     mv() { basename "$3"; }
     said_by_server() { ! grep -q said "$work/check-$(round)" || echo why; }
     wait_until() { ! grep -q . "$work/check-$(round)"; }
     round() { local n; n=$(wc -l <"$work/checked"); echo $((n < ${checks.length} ? n : ${checks.length - 1})); }
     check_services() { cat "$work/check-$(round)"; echo >>"$work/checked"; return 1; }
     folders_of_this_cluster() { echo there; echo here; }
     enter_component() { server=$1; }
     now_running() { cat "$work/$1"; }
     wait_for_services`,
    [HOST_SCRIPTS, folder()],
  ).stdout;
}

describe("services that are not live after a while", () => {
  test("are deployed again, those that are missing alone", () => {
    expect(waited("b is not deployed", "")).toBe("b.py\n");
  });

  test("are deployed again as long as they are missing", () => {
    const [all, one] = ["a is not deployed\nb is not deployed", "b is not deployed"];
    expect(waited(all, one, one, "")).toBe("a.py\nb.py\nb.py\nb.py\n");
  });

  test("are not deployed again where nobody can say what is missing, but what tells it is", () => {
    expect(waited("0 of 1 workers answer", "")).toBe("cdktf_zato_inventory.py\n");
  });

  test("are given up when they do not come for two minutes", () => {
    expect(waited("b is not deployed")).toMatch(/^(b\.py\n){8}failed: .*b is not deployed\n$/);
  });

  test("are given up, and why is told, as soon as the server has said it twice", () => {
    expect(waited("b is not deployed, as it said")).toMatch(/^b\.py\nfailed: .*b is not deployed, as it saidwhy\n$/);
  });

  test.each(["inactive", "failed"])("are given up at once on a server that is %s", (stopped) => {
    state = stopped;
    expect(waited("connection refused")).toMatch(/^failed: .*connection refused\n?here does not run\n$/);
  });

  test("are waited for on a server that is being started", () => {
    state = "activating";
    expect(waited("connection refused", "")).not.toContain("failed");
  });

  test("are deployed again ten at a time", () => {
    const names = Array.from({ length: 25 }, (_, index) => `s${String(index)}`);
    expect(waitedFor(names, names.map((name) => `${name} is not deployed`).join("\n"), "").split("\n")).toHaveLength(
      11,
    );
  });

  test("are not given up as long as some of them come", () => {
    const rounds = Array.from({ length: 9 }, (_, round) => `b ${String(round)}`);
    expect(waited(...rounds, "")).not.toContain("failed");
  });
});

describe("files of services", () => {
  const FILES = Array.from({ length: 25 }, (_, index) => `s${String(index).padStart(2, "0")}.py`);

  /** Brings them to a cluster of two servers; `L` is a file that came, `C` a check with what it asks for. */
  function deployed(there: readonly string[], missing: readonly string[] = []): string[] {
    const [source, target] = [join(folder(), "new.files", "services"), join(folder(), "hot-deploy")];
    mkdirSync(source, { recursive: true });
    mkdirSync(target);
    const inventory = "cdktf_zato_inventory.py";
    [inventory, ...FILES].forEach((file) => writeFileSync(join(source, file), file));
    there.forEach((file) => writeFileSync(join(target, file), file));
    const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
    writeFileSync(join(folder(), "services"), FILES.map((file) => `of-${file} ${hash(file)}\n`).join(""));
    writeFileSync(join(folder(), "none-of"), missing.map((file) => `of-${file} is not deployed\n`).join(""));
    const { stdout, stderr } = bash(
      `staged=$2/new; work=$2; . "$1/lib/services.sh"; . "$1/release/zato-3/deploy.sh"; record() { :; }; of_release() { "$@"; }
       param() { case $1 in servers) printf 'one 1\ntwo 1' ;; staged_services) echo services ;; esac; }
       param_file() { echo "$work/services"; }
       progress() { :; }
       fail() { echo "failed: $1"; exit 1; }
       is_roots_tree() { :; }
       roots_folder() { :; }
       install_file() { cmp -s "$1" "$2" || { echo "L $(basename "$1")"; cp "$1" "$2"; }; }
       wait_until() { echo "C $4 $(cut -d ' ' -f 1 "$6" | paste -sd ' ')"; ! grep -q . "$work/none-of"; }
       deploy_again() { :; }
       said_by_server() { :; }
       stopped_unit() { false; }
       check_services() { cat "$work/none-of"; }
       deploy_services "$2/hot-deploy"; diff -r "$2/new.files/services" "$2/hot-deploy"`,
      [HOST_SCRIPTS, folder()],
    );
    expect(stderr).toBe("");
    return stdout.trimEnd().split("\n");
  }

  const came = (files: readonly string[]): string[] => files.map((file) => `L ${file}`);
  const checked = (files: readonly string[]): string[] => {
    const names = files.map((file) => `of-${file}`).join(" ");
    return ["one", "two"].map((server) => `C ${server} ${names}`);
  };

  test("come in batches of 10, each of which is live on all servers before the next one comes, and after the inventory", () => {
    const batches = [FILES.slice(0, 10), FILES.slice(10, 20)].flatMap((files) => [...came(files), ...checked(files)]);
    expect(deployed([])).toEqual(["L cdktf_zato_inventory.py", ...batches, ...came(FILES.slice(20))]);
  });

  test("all come where nothing of a batch becomes live, and nobody waits for more of them then", () => {
    const lines = deployed([], FILES);
    expect(lines.filter((line) => line.startsWith("L"))).toHaveLength(26);
    expect(new Set(lines.filter((line) => line.startsWith("C")))).toEqual(
      new Set(checked(FILES.slice(0, 10)).slice(0, 1)),
    );
  });

  test("come in batches also where one of them never becomes live", () => {
    const batches = deployed([], FILES.slice(0, 1)).filter((line) => line.startsWith("C"));
    expect(new Set(batches)).toEqual(
      new Set([FILES.slice(0, 10), FILES.slice(10, 20)].map((files) => checked(files)[0])),
    );
  });

  test("are not awaited where a few come, and what is there does not come again", () => {
    expect(deployed(FILES.slice(10))).toEqual(["L cdktf_zato_inventory.py", ...came(FILES.slice(0, 10))]);
  });
});

test("files that Zato reads, and their folders, are read by root and the user zato alone, and changed by root", () => {
  // GIVEN
  mkdirSync(join(folder(), "source", "more"), { recursive: true });
  ["orders.py", "more/money.py"].forEach((file) => writeFileSync(join(folder(), "source", file), "text"));

  // WHEN
  const { stdout } = bash(
    `. "$1/lib/services.sh"; record() { :; }
     is_roots_tree() { :; }
     roots_folder() { mkdir -p "$1"; echo "$1 $2 root:$3"; }
     install_file() { echo "$2 $3 $4"; }
     cd "$2"; deploy_folder "$2/source" there`,
    [HOST_SCRIPTS, folder()],
  );

  // THEN
  expect(stdout.trimEnd().split("\n")).toEqual([
    "there 0750 root:zato",
    "there/more 0750 root:zato",
    "there/more/money.py 0640 root:zato",
    "there/orders.py 0640 root:zato",
  ]);
});

describe("the packages that services are tried with are", () => {
  test.each([
    ["those that were prepared for them", ["packages", "packages.new", "new.files"], "packages.new"],
    ["those that servers have, where they require the same ones", ["packages", "new.files"], "packages"],
    ["none, where they require none, whatever servers have", ["packages"], "new.files/no-packages"],
  ])("%s", (_, folders, expected) => {
    folders.forEach((name) => mkdirSync(join(folder(), name)));
    if (folders.includes("new.files")) {
      writeFileSync(join(folder(), "new.files", "requirements.txt"), "requests");
    }
    const tried = `staged=new; cd "$2"; . "$1/lib/services.sh"; param() { printf packages; }; new_packages`;
    expect(bash(tried, [HOST_SCRIPTS, folder()]).stdout).toBe(expected);
  });
});

describe("what servers read only when they start", () => {
  /** Whether servers are restarted when a service file changes its text, in a folder with others. */
  function restartsFor(changed: string, files: Readonly<Record<string, string>>): boolean {
    const cluster = join(folder(), "cluster");
    const [hotDeploy, state] = [join(cluster, "hot-deploy"), join(folder(), "state")];
    [hotDeploy, join(cluster, "modules"), join(cluster, "user-conf"), state].forEach((path) =>
      mkdirSync(path, { recursive: true }),
    );
    const write = (name: string, text: string): void => writeFileSync(join(hotDeploy, name), text);
    const restarts = (): string =>
      bash(
        `work=$2 state=$2/state; . "$1/lib/services.sh"; restart_servers() { echo restarted; }
         param() { case $1 in hot_deploy) echo "$work/cluster/hot-deploy" ;; start_folders) printf 'm %s\\nu %s' "$work/cluster/modules" "$work/cluster/user-conf" ;; esac; }
         restart_for_what_is_read_at_start`,
        [HOST_SCRIPTS, folder()],
      ).stdout;
    Object.entries(files).forEach(([name, text]) => write(name, text));
    restarts();
    expect(restarts()).toBe("");
    write(changed, `${files[changed]!}\n# another text`);
    return restarts() === "restarted\n";
  }

  const BASE = "from zato.server.service import Service\nclass Base(Service): pass";

  test.each([
    ["from base import Base", true],
    ["import base", true],
    ["import os, base", true],
    ["    from base import helper", true],
    ["from database import connect", false],
    ["name = 'base'", false],
  ])("includes a service file that another one names in %j: %s", (line, restarted) => {
    expect(restartsFor("base.py", { "base.py": BASE, "orders.py": `${line}\n` })).toBe(restarted);
  });

  test("does not include a service file that nobody imports", () => {
    expect(restartsFor("orders.py", { "base.py": BASE, "orders.py": "from base import Base\n" })).toBe(false);
  });
});
