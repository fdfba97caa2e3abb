import { spawnSync } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderManifest } from "../../lib/remote/manifest";
import { bash, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

const headOf = (level: string): string =>
  `2026-11-30 03:45:04,123 - ${level} - 7:Dummy-1 - zato.server.service.store:0 -`;
const HEAD = headOf("\x1b[1;31mERROR\x1b[0m");

function notLoaded(name: string, cause: string): string {
  return [
    `${HEAD} Could not load source, file_name:\`/opt/zato/env/a/hot-deploy/${name}\`, e:\`Traceback (most recent call last):`,
    '  File "/opt/zato/3.3/code/store.py", line 1444, in import_services_from_file',
    "    mod_info = import_module_from_path(file_name, base_dir)",
    `  File "/opt/zato/env/a/hot-deploy/${name}", line 2, in <module>`,
    "    import nosuchmodule",
    cause,
    "`",
    "",
  ].join("\n");
}

/** What is told of the files whose services are missing, of a log that had the text `before` already. */
function said(log: string, files: readonly string[], { before = "", inode = 0, secret = "none" } = {}): string {
  const [path, names, secrets] = ["server.log", "names", "secret"].map((name) => join(folder(), name));
  writeFileSync(path!, before + log);
  writeFileSync(names!, files.map((file) => `/opt/zato/env/a/hot-deploy/${file}\n`).join(""));
  writeFileSync(secrets!, secret);
  const { status, stdout, stderr } = spawnSync(
    "python3",
    [
      "-I",
      "-B",
      join(HOST_SCRIPTS, "server_log.py"),
      path!,
      String(inode || statSync(path!).ino),
      String(Buffer.byteLength(before)),
      names!,
      secrets!,
    ],
    { encoding: "utf8" },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

test("why a file is not loaded is told from the file on, once for all workers, without colours", () => {
  const error = notLoaded("orders.py", "ModuleNotFoundError: No module named 'nosuchmodule'");
  const told = said(`2026-11-30 03:45:03,000 - INFO - fine\n${error}${error}`, ["orders.py"]);
  expect(told.split("\n")).toEqual([
    "",
    `${headOf("ERROR")} Could not load source, file_name:\`/opt/zato/env/a/hot-deploy/orders.py\`, e:\`Traceback (most recent call last):`,
    '  File "/opt/zato/env/a/hot-deploy/orders.py", line 2, in <module>',
    "    import nosuchmodule",
    "ModuleNotFoundError: No module named 'nosuchmodule'",
    "`",
  ]);
});

test("a service that refuses to be added, and a file without any, are told too; a traceback counts more than none", () => {
  const none = `${HEAD} No services nor models were deployed from module 'orders.py'\n`;
  const visited = `${HEAD} Exception while visiting module:\`x\`, is_internal:\`False\`, fs_location:\`/a/orders.py\`, e:\`Traceback\nValueError: no\n\`\n`;
  expect(said(none, ["orders.py"])).toContain("No services nor models were deployed");
  expect(said(visited + none, ["orders.py"])).toContain("ValueError: no");
});

test("other files are not told, but where nobody knows what is missing", () => {
  const log = notLoaded("reorders.py", "Other");
  expect(said(log, ["orders.py"])).toBe("");
  expect(said(log, [])).toContain("Other");
});

test("what the log had before does not count, unless it is another file now", () => {
  const before = notLoaded("orders.py", "Before");
  expect(said("", ["orders.py"], { before })).toBe("");
  expect(said("", ["orders.py"], { before, inode: 1 })).toContain("Before");
});

test("of a log that has grown by a lot the end is read", () => {
  const noise = `2026-11-30 03:45:03,000 - INFO - ${"x".repeat(1000)}\n`.repeat(6000);
  expect(said(noise + notLoaded("orders.py", "Now"), ["orders.py"])).toContain("Now");
  expect(said(notLoaded("orders.py", "Long ago") + noise, ["orders.py"])).toBe("");
});

test("secrets are hidden", () => {
  const told = said(notLoaded("orders.py", "ValueError: pa$s is wrong"), ["orders.py"], { secret: "pa$s" });
  expect(told).toContain("ValueError: *** is wrong");
});

describe("of a cluster's servers", () => {
  /** Runs with two servers of the cluster `a` and one of `b` on the host; what Python would be asked is printed. */
  function onHost(program: string): string[] {
    const component = (name: string, kind: string, cluster: string, address: string): void => {
      const state = join(folder(), "state/components", name);
      mkdirSync(state, { recursive: true });
      writeFileSync(join(state, "kind"), `${kind}\n`);
      const parameters = { cluster, address, path: join(folder(), name) };
      writeFileSync(join(state, "manifest"), renderManifest({ parameters }));
      mkdirSync(join(folder(), name, "logs"), { recursive: true });
      writeFileSync(join(folder(), name, "logs/server.log"), "12345");
    };
    component("a-server1", "server", "a", "127.0.0.1:17010");
    component("a-server2", "server", "a", "127.0.0.1:17011");
    component("b-server1", "server", "b", "127.0.0.1:17020");
    component("a-content", "content", "a", "");
    const { stdout } = bash(
      `STATE=$2/state work=$2/run entries=$2/entries
       mkdir -p "$work" "$entries/param"; printf a >"$entries/param/cluster"
       . "$1/lib/manifest.sh"; . "$1/lib/rolling.sh"; . "$1/lib/server-log.sh"
       as_zato() { "$@"; }; for_zato() { printf %s "$1"; }; files_of_missing() { cat "$1"; }
       secrets_for_zato() { echo "secret of $(basename "$state")"; }
       server_secrets_for_zato() { echo "secret of $(basename "$state")"; }
       python_as_zato() { echo "asked: $*"; cat "$5"; }
       echo orders.py >"$work/missing"
       ${program}`,
      [HOST_SCRIPTS, folder()],
    );
    return stdout.replaceAll(folder(), "").split("\n").filter(Boolean);
  }

  test("that one is asked whose services are missing, with all secrets that could be in its log", () => {
    expect(onHost('said_by_server 127.0.0.1:17011 "$work/missing"')).toEqual([
      "asked: server_log.py /a-server2/logs/server.log 0 0 /run/silent secret of a-content secret of a-server2",
      "orders.py",
    ]);
  });

  test("what they had said before counts no more, whichever of them it was", () => {
    const [asked] = onHost('note_server_logs; said_by_server 127.0.0.1:17010 "$work/missing"');
    expect(asked).toMatch(/^asked: server_log\.py \/a-server1\/logs\/server\.log [1-9]\d* 5 /);
    expect(onHost("note_server_logs; ls $work")).not.toContain("log-of-127.0.0.1:17020");
  });
});

test("what is no file is not read", () => {
  const path = join(folder(), "pipe");
  spawnSync("mkfifo", [path]);
  writeFileSync(join(folder(), "names"), "");
  const { status, stdout } = spawnSync(
    "python3",
    ["-I", "-B", join(HOST_SCRIPTS, "server_log.py"), path, "0", "0", join(folder(), "names")],
    { encoding: "utf8", timeout: 20_000 },
  );
  expect([status, stdout]).toEqual([0, ""]);
});
