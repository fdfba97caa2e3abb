import { createHmac } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { statSync } from "node:fs";
import { join } from "node:path";
import { renderManifest } from "../../lib/remote/manifest";
import { bash, BashResult, temporaryFolder } from "../support/bash";
import { PLACES } from "../support/places";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();

/** What all components of the cluster `a` are told. */
const COMMON = { ...PLACES, host: "host1", cluster: "a", zato: "/opt/zato/3.3", odb_engine: "postgresql" };

interface Component {
  readonly kind: string;
  readonly name: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

function converge(host: Sandbox, { kind, name, parameters, files }: Component, secrets = {}): BashResult {
  const manifest = renderManifest({ parameters: { ...COMMON, label: name, ...parameters }, files });
  return host.converge(kind, name, manifest, secrets);
}

const state = (name: string, file: string): string => `/var/lib/cdktf-zato/components/${name}/${file}`;

describe("what comes along with a component", () => {
  const trial = (body: string): Sandbox => {
    const host = new Sandbox(folder());
    host.write("/staging/scripts/kinds/trial.sh", `converge() { echo "$staged" >'${folder()}/staged'; cat "$staged.secret.one" >'${folder()}/read'; ${body}; }`); // prettier-ignore
    return host;
  };

  test.each([
    ["works", ":", 0],
    ["fails", "fail 'it is broken'", 1],
  ])("lies on disk, since /run is memory, for root alone, and goes with a run that %s", (_, body, status) => {
    const host = trial(`stat -c %a "$(dirname "$staged")" >'${folder()}/mode'; ${body}`);
    expect(converge(host, { kind: "trial", name: "a-trial" }, { one: "its secret" }).status).toBe(status);
    expect(host.read("/read")).toBe("its secret");
    expect(host.read("/staged")).toMatch(/^\/var\/lib\/cdktf-zato\/staged\.\w{8}\/a-trial\n$/);
    expect(host.read("/mode")).toBe("700\n");
    expect(readdirSync(`${folder()}/var/lib/cdktf-zato`)).not.toContainEqual(expect.stringMatching(/^staged/));
  });

  test("goes hours later where a run was killed, and what another one has just brought stays", () => {
    const host = trial(":");
    ["old", "new"].forEach((name) => host.write(`/var/lib/cdktf-zato/staged.${name}/file`, ""));
    utimesSync(`${folder()}/var/lib/cdktf-zato/staged.old`, 1, 1);
    converge(host, { kind: "trial", name: "a-trial" }, { one: "" });
    expect(readdirSync(`${folder()}/var/lib/cdktf-zato`).filter((name) => name.startsWith("staged"))).toEqual([
      "staged.new",
    ]);
  });
});

describe("a component of any kind", () => {
  const TRIAL = { kind: "trial", name: "a-trial" };
  const withKind = (functions: string): Sandbox => {
    const host = new Sandbox(folder());
    host.write("/staging/scripts/kinds/trial.sh", functions);
    return host;
  };

  test("WHEN a later deploy of it fails, THEN it is no longer taken for what is declared", () => {
    // GIVEN
    const host = withKind(`converge() { [ ! -e '${folder()}/broken' ]; }`);
    expect(converge(host, TRIAL).status).toBe(0);
    expect(host.drift("trial", "a-trial")).toEqual([]);

    // WHEN
    host.write("/broken", "");
    expect(converge(host, TRIAL).status).toBe(1);

    // THEN
    expect(host.drift("trial", "a-trial")).toEqual(["a-trial\tthe last deploy of it has failed"]);
  });

  test("is known by its kind and its manifest before anything of it is there", () => {
    const host = withKind("converge() { false; }");
    expect(converge(host, TRIAL).status).toBe(1);
    expect(host.read(state("a-trial", "kind"))).toBe("trial\n");
    expect(host.read(state("a-trial", "manifest"))).toContain("@param label\n|a-trial\n");
  });

  test("WHEN it is removed, THEN nothing on the host knows of it", () => {
    // GIVEN
    const host = withKind("converge() { :; }; remove() { :; }");
    expect(converge(host, TRIAL).status).toBe(0);

    // WHEN
    expect(host.run("remove.sh", "trial", "a-trial").status).toBe(0);

    // THEN
    expect(readdirSync(`${folder()}/var/lib/cdktf-zato/components`)).toEqual([]);
    expect(host.drift("trial", "a-trial")).toEqual(["a-trial\tnothing of it is on this host"]);
  });

  test("has a log, and files of whatever program it calls, that root alone reads", () => {
    const host = withKind(`converge() { touch '${folder()}/made'; }`);
    expect(converge(host, TRIAL).status).toBe(0);
    const files = ["var/log/cdktf-zato/a-trial.log", "made"].map((name) => statSync(join(folder(), name)));
    expect(files.map(({ mode }) => (mode & 0o777).toString(8))).toEqual(["600", "600"]);
  });
});

describe("an ODB", () => {
  const ODB = { kind: "odb", name: "a-odb", parameters: { odb_local: "false", secrets: "odb_password given" } };

  function host(): Sandbox {
    const sandbox = new Sandbox(folder());
    sandbox.define(`settle_password() { :; }; odb_takes() { :; }; odb_has_column() { [ ! -e '${folder()}/other' ]; }
      odb_has_table() { [ -e '${folder()}/tables' ]; }
      zato_from_config() { touch '${folder()}/tables'; }`);
    return sandbox;
  }
  const deploy = (sandbox: Sandbox, owner?: string): void => {
    if (owner !== undefined) sandbox.write("/staging/a-odb.owner", owner);
    expect(converge(sandbox, ODB, { odb_password: "secret" })).toMatchObject({ status: 0, stderr: "" });
  };
  const identity = (sandbox: Sandbox): string | undefined => sandbox.read("/etc/cdktf-zato/secrets/a/identity");
  const owner = (sandbox: Sandbox): string | undefined => sandbox.read("/var/lib/cdktf-zato/deployment-a");

  test.each([
    ["zato-3", true],
    ["zato-4", false],
  ])("of %s is refused where its tables are those of another release, before anything is created", (release, has) => {
    // GIVEN
    const sandbox = host();
    sandbox.write("/tables", "");
    if (has) sandbox.write("/other", "");
    sandbox.note("zato_from_config");
    const odb = { ...ODB, parameters: { ...ODB.parameters, release, odb_name: "zato_a" } };

    // WHEN
    const { status, stdout } = converge(sandbox, odb, { odb_password: "secret" });

    // THEN
    expect([status, stdout]).toEqual([1, expect.stringContaining("the database zato_a has the tables of another release of Zato, which cannot be changed into those of this one; declare another database")]); // prettier-ignore
    expect(sandbox.calls).not.toContain("zato_from_config");
    expect(identity(sandbox)).toBeUndefined();
  });

  test("has an identity of its own, as long as its tables are there, and knows whose it is", () => {
    const sandbox = host();
    deploy(sandbox, "4711");
    const first = identity(sandbox);
    expect([first, owner(sandbox)]).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/), "4711"]);

    // WHEN it is deployed again, also by what makes up for it and does not know whose it is
    deploy(sandbox);
    expect([identity(sandbox), owner(sandbox)]).toEqual([first, "4711"]);

    // WHEN it is an empty one
    rmSync(`${folder()}/tables`);
    deploy(sandbox, "4711");
    expect(identity(sandbox)).toMatch(/^[0-9a-f]{8}$/);
    expect(identity(sandbox)).not.toBe(first);
  });

  test("that another state has deployed becomes this one's, which is said, once", () => {
    const sandbox = host();
    const said = (id: string): boolean => {
      sandbox.write("/staging/a-odb.owner", id);
      return /the cluster a was deployed by another state of Terraform, in which it is 4711, and is this one's now;/.test(
        converge(sandbox, ODB, { odb_password: "secret" }).stdout,
      );
    };
    expect(["4711", "4711", "4712", "4712"].map(said)).toEqual([false, false, true, false]);
    expect(owner(sandbox)).toBe("4712");
  });

  test("is nobody's any more when it is removed", () => {
    const sandbox = host();
    deploy(sandbox, "4711");
    expect(sandbox.run("remove.sh", "odb", "a-odb").status).toBe(0);
    expect(owner(sandbox)).toBeUndefined();
  });
});

describe("a backup", () => {
  const BACKUP = {
    kind: "backup",
    name: "a-backup",
    parameters: {
      unit: "zato-a-backup.service",
      timer: "zato-a-backup.timer",
      directory: "/opt/zato/backups",
      schedule: "hourly",
    },
    files: { unit: "[Service]\n", timer: "[Timer]\n", deliver: "#!/bin/sh\n" },
  };

  test("has its own copy of the scripts, a timer that runs, and makes a first one last", () => {
    const host = new Sandbox(folder());
    expect(converge(host, BACKUP).status).toBe(0);
    expect(host.read("/etc/systemd/system/zato-a-backup.timer")).toBe("[Timer]\n");
    expect(host.read("/etc/systemd/system/zato-a-backup.service")).toBe("[Service]\n");
    expect(host.read(state("a-backup", "scripts/backup.sh"))).toContain("backup.sh");
    expect(host.read(state("a-backup", "deliver"))).toBe("#!/bin/sh\n");
    const did = host.calls.filter((call) => /(start|enable)\b/.test(call));
    expect(did).toEqual([
      "systemctl enable --quiet zato-a-backup.timer",
      "systemctl restart zato-a-backup.timer",
      "systemctl start zato-a-backup.service",
    ]);
  });

  test("forgets a delivery that is no longer declared", () => {
    const host = new Sandbox(folder());
    converge(host, BACKUP);
    converge(host, { ...BACKUP, files: { unit: "", timer: "" } });
    expect(host.read(state("a-backup", "deliver"))).toBeUndefined();
  });

  test("fails for a schedule that systemd does not know, before anything is there", () => {
    const host = new Sandbox(folder());
    host.program("systemd-analyze", "exit 1");
    const { status, stdout } = converge(host, BACKUP);
    expect([status, host.read("/etc/systemd/system/zato-a-backup.timer")]).toEqual([1, undefined]);
    expect(stdout).toContain("'hourly' is no calendar event to this host's systemd");
  });

  test("fails for a folder that others could lead elsewhere, before anything in it is changed", () => {
    const host = new Sandbox(folder());
    host.define("is_folder_for_backups() { false; }");
    const { status, stdout } = converge(host, BACKUP);
    expect([status, stdout]).toEqual([1, expect.stringContaining("/opt/zato/backups is no folder for backups: ")]);
    expect(host.calls.filter((call) => /^(chown|systemctl) /.test(call))).toEqual([]);
  });

  test("fails where the first one was not made", () => {
    const host = new Sandbox(folder());
    host.program("systemctl", '[ "$1" != start ]');
    expect(converge(host, BACKUP).stdout).toContain(
      "no backup was made; see 'sudo journalctl -u zato-a-backup.service'",
    );
  });

  test("is no longer made when it is removed, and those that were made stay", () => {
    const host = new Sandbox(folder());
    converge(host, BACKUP);
    host.write("/opt/zato/backups/a.tar", "backup");
    const { stdout } = host.run("remove.sh", "backup", "a-backup");
    expect(stdout).toContain("kept: the backups in");
    expect(host.read("/opt/zato/backups/a.tar")).toBe("backup");
    expect(host.calls).toEqual(
      expect.arrayContaining(["systemctl disable --now --no-reload --quiet zato-a-backup.timer"]),
    );
    expect(host.read("/etc/systemd/system/zato-a-backup.timer")).toBeUndefined();
  });
});

describe("a cluster", () => {
  const secrets = (secretKey: string): Component => ({
    kind: "cluster",
    name: "a-registration",
    parameters: { lb_port: "11223", secrets: `secret_key ${secretKey}\nadmin_invoke_password generated` },
    files: { create: "command=create_cluster" },
  });

  /** Rows of a cluster are in the ODB from the first on, from the one that Zato creates on, or never. */
  function withOdb(row: "there" | "created" | "never"): Sandbox {
    const host = new Sandbox(folder());
    if (row === "there") {
      host.write("/row", "");
    }
    host.define(`
      odb_has_row() { [ -e '${folder()}/row' ]; }
      zato_from_config() { echo zato_from_config >>'${folder()}/calls'; ${row === "never" ? ":" : `touch '${folder()}/row'`}; }
      odb_quoted() { printf '"%s"' "$1"; }`);
    host.note("sql");
    return host;
  }

  test("is created once, with keys that are generated once, and web-admin finds its load-balancer", () => {
    const host = withOdb("created");
    expect(converge(host, secrets("generated")).status).toBe(0);
    const key = host.read("/etc/cdktf-zato/secrets/a/secret_key");
    expect(key).toMatch(/^[A-Za-z0-9_-]{43}=$/);
    expect(converge(host, secrets("generated")).status).toBe(0);
    expect(host.read("/etc/cdktf-zato/secrets/a/secret_key")).toBe(key);
    expect(host.calls.filter((call) => call === "zato_from_config")).toHaveLength(1);
    expect(host.calls).toContain("sql update \"cluster\" set lb_port = 11223 where name = 'a'");
  });

  describe("that becomes one of another release, in another database,", () => {
    const baseline = "/var/lib/cdktf-zato/baseline-a.json";
    const declared = (release: string, odb: string): Component => ({
      ...secrets("generated"),
      parameters: { ...secrets("generated").parameters, release, odb_name: odb },
    });
    const withServer = (host: Sandbox, { parameters }: Component): void => {
      host.write(state("a-server1", "kind"), "server\n");
      host.write(state("a-server1", "manifest"), renderManifest({ parameters: { ...COMMON, ...parameters } }));
    };

    test("gets no requests until what it ran is in there, and has another baseline, until the way back", () => {
      // GIVEN
      const host = withOdb("created");
      withServer(host, declared("zato-3", "zato_a"));
      host.write(state("a-content", "kind"), "content\n");
      host.write(state("a-content", "manifest"), renderManifest({ parameters: COMMON }));
      host.write(state("a-content", "imported"), "as it was");
      host.write(state("a-content", "verified"), "as it was");
      host.write(baseline, "of 3");

      // WHEN
      expect(converge(host, declared("zato-4", "zato4_a"))).toMatchObject({ status: 0, stderr: "" });

      // THEN
      const files = ["awaited", "imported", "verified"].map((name) => host.read(state("a-content", name)));
      expect([...files, host.read(baseline)]).toEqual(["", undefined, undefined, undefined]);

      // WHEN it goes back
      withServer(host, declared("zato-4", "zato4_a"));
      host.write(baseline, "of 4");
      converge(host, declared("zato-3", "zato_a"));
      expect(host.read(baseline)).toBe("of 3");

      // AND forth again
      withServer(host, declared("zato-3", "zato_a"));
      converge(host, declared("zato-4", "zato4_a"));
      expect(host.read(baseline)).toBe("of 4");
    });

    test("waits for nothing where the release stays", () => {
      const host = withOdb("created");
      withServer(host, declared("zato-4", "zato4_a"));
      host.write(state("a-content", "kind"), "content\n");
      host.write(state("a-content", "manifest"), renderManifest({ parameters: COMMON }));
      converge(host, declared("zato-4", "another"));
      expect(host.read(state("a-content", "awaited"))).toBeUndefined();
    });
  });

  test("fails where Zato created no row, though it said that it did", () => {
    expect(converge(withOdb("never"), secrets("generated")).stdout).toContain("Zato created no row for the cluster a");
  });

  test("fails for another secret key than that of its passwords in the ODB", () => {
    const host = withOdb("there");
    host.write("/etc/cdktf-zato/secrets/a/secret_key", "former");
    const given = converge(host, secrets("given"), { secret_key: "another" });
    expect([given.status, host.read("/etc/cdktf-zato/secrets/a/secret_key")]).toEqual([1, "former"]);
    expect(given.stdout).toContain("the secret key is another one than the ODB's passwords were encrypted with");
    expect(converge(host, secrets("generated 2")).stdout).toContain("the secret key cannot get another version");
    expect(converge(host, secrets("given"), { secret_key: "former" }).status).toBe(0);
  });

  describe("knows by what Zato keeps encrypted whether a key is the ODB's", () => {
    /** A token as Fernet makes them, by Python's own means. */
    const token = (key: string): string => {
      const body = Buffer.concat([Buffer.from([0x80]), Buffer.alloc(40, 7)]);
      const tag = createHmac("sha256", Buffer.from(key, "base64url").subarray(0, 16)).update(body).digest();
      return Buffer.concat([body, tag]).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
    };
    const KEY = `${"k".repeat(43)}=`;
    const ANOTHER = `${"x".repeat(43)}=`;

    test.each([
      ["generated, and its own", KEY, 0, ""],
      [
        "generated, and another one",
        ANOTHER,
        1,
        "encrypted with another secret key than the one on this host; bring that back: sudo bash ~/.cdktf-zato/scripts/restore.sh ",
      ],
      ["given, and its own", KEY, 0, ""],
      [
        "given, and another one",
        ANOTHER,
        1,
        "the secret key is another one than the ODB's passwords were encrypted with",
      ],
    ])("%s", (what, key, status, message) => {
      const [source] = what.split(",") as [string];
      const host = withOdb("there");
      host.define(`
        sql() { case $1 in *sec_base*) printf '%s\\n' zato.secf.no-token zato.secf.${token(KEY)} ;; esac; }
        for_zato() { printf '%s' "$1"; }
        python_as_zato() { python3 -I "$scripts/$1" "\${@:2}"; }`);
      host.write("/etc/cdktf-zato/secrets/a/secret_key", key);
      const run = converge(host, secrets(source), source === "given" ? { secret_key: key } : {});
      expect(run.stdout).toContain(message);
      expect(run.status).toBe(status);
    });
  });

  test("is not created in an ODB that another cluster has", () => {
    const host = withOdb("created");
    host.define(`sql() { case $1 in *"min(name)"*) echo quickstart-1 ;; esac; }`);
    expect(converge(host, secrets("generated")).stdout).toContain(
      "the ODB is that of the cluster quickstart-1, and each cluster needs one of its own; declare another database",
    );
    expect(host.calls).not.toContain("zato_from_config");
  });

  test("fails for an ODB whose keys are not on the host, and says how they come back", () => {
    const { stdout } = converge(withOdb("there"), secrets("generated"));
    expect(stdout).toContain(
      "its keys are not on this host; bring them back: sudo bash ~/.cdktf-zato/scripts/restore.sh a BACKUP --keys-only",
    );
  });
});

describe("a scheduler", () => {
  const scheduler = (active: boolean): Component => ({
    kind: "scheduler",
    name: "a-scheduler",
    parameters: {
      unit: "zato-a-scheduler.service",
      path: "/opt/zato/env/a/scheduler",
      active: String(active),
      bind: "127.0.0.1",
      port: "31530",
    },
    files: { create: "command=create_scheduler", unit: "[Service]\n" },
  });

  function host(...more: string[]): Sandbox {
    const sandbox = new Sandbox(folder());
    sandbox.note("create_directory", "restart_servers");
    sandbox.define(["reaches() { true; }; sql() { echo 1; }", ...more].join("\n"));
    return sandbox;
  }

  test("that runs elsewhere is created, and its unit is taken away", () => {
    const sandbox = host();
    converge(sandbox, scheduler(true));
    expect(sandbox.read("/etc/systemd/system/zato-a-scheduler.service")).toBe("[Service]\n");
    expect(converge(sandbox, scheduler(false)).status).toBe(0);
    expect(sandbox.read("/etc/systemd/system/zato-a-scheduler.service")).toBeUndefined();
    expect(sandbox.calls).toContain("systemctl disable --now --no-reload --quiet zato-a-scheduler.service");
  });

  test("is created anew where it is declared otherwise, and not where it is as it was", () => {
    const sandbox = host();
    const created = state("a-scheduler", "created");
    sandbox.write(created, "command=create_scheduler");
    converge(sandbox, scheduler(true));
    expect(sandbox.read(created)).toBe("command=create_scheduler");
    converge(sandbox, { ...scheduler(true), files: { ...scheduler(true).files, create: "command=other" } });
    expect(sandbox.read(created)).toBeUndefined();
  });

  test("with a new password of admin.invoke has that told to Zato, by the server of its cluster, and forgets the former one", () => {
    const sandbox = host(`admin() { printf 'admin %s\\n' "$1 $2 $3" >>'${folder()}/calls'; }; for_zato() { :; }`);
    sandbox.write("/etc/cdktf-zato/secrets/a/admin_invoke_password.former", "former");
    sandbox.write(state("a-server1", "kind"), "server\n");
    sandbox.write(
      state("a-server1", "manifest"),
      renderManifest({ parameters: { ...COMMON, address: "127.0.0.1:17010" } }),
    );
    expect(converge(sandbox, scheduler(true)).status).toBe(0);
    expect(sandbox.calls).toContain("admin 127.0.0.1:17010 change-password 1");
    expect(sandbox.read("/etc/cdktf-zato/secrets/a/admin_invoke_password.former")).toBeUndefined();
  });

  test("is not started by its convergence: those of other clusters have to have stopped", () => {
    const sandbox = host();
    converge(sandbox, scheduler(true));
    expect(sandbox.calls.filter((call) => /systemctl (re)?start/.test(call))).toEqual([]);
  });

  test("starts with servers that have forgotten what they still tell it, where it did not run before", () => {
    const sandbox = host();
    sandbox.program("systemctl", '[ "$1" != is-active ]');
    converge(sandbox, scheduler(true));
    sandbox.write("/staging/a-scheduler.start", "");
    expect(sandbox.run("start.sh", "scheduler", "a-scheduler", `${folder()}/staging/a-scheduler.start`).status).toBe(0);
    const begun = sandbox.calls.filter((call) => /restart/.test(call)).map((call) => call.trim());
    expect(begun).toEqual(["restart_servers", "systemctl restart zato-a-scheduler.service"]);
  });

  test("does not start where they do not come back, and their cluster is given back", () => {
    const sandbox = host("restart_servers() { false; }; put_cluster_back() { say 'the cluster is back'; }");
    sandbox.program("systemctl", '[ "$1" != is-active ]');
    converge(sandbox, scheduler(true));
    sandbox.write("/staging/a-scheduler.start", "");
    const { status, stdout } = sandbox.run("start.sh", "scheduler", "a-scheduler", `${folder()}/staging/a-scheduler.start`); // prettier-ignore
    expect([status, stdout]).toEqual([1, expect.stringMatching(/the cluster is back\n.*stopped here/)]);
  });
});

describe("a web-admin", () => {
  const WEB_ADMIN = {
    kind: "web-admin",
    name: "a-web-admin",
    parameters: {
      unit: "zato-a-web-admin.service",
      path: "/opt/zato/env/a/web-admin",
      address: "127.0.0.1:8183",
      log_in_path: "/accounts/login/",
      port: "8183",
      web_admin_user: "admin",
      secrets: "web_admin_password given",
    },
    files: { create: "command=create_web_admin", update_password: "command=update_password", unit: "[Service]\n" },
  };

  function host(answers = "true"): Sandbox {
    const sandbox = new Sandbox(folder());
    sandbox.note("zato_from_config");
    sandbox.define(
      `is_created() { cmp -s "$1" "$state/created"; }; create_directory() { is_created "$1" || cp "$1" "$state/created"; }; answers() { ${answers}; }; wait_until() { shift 2; "$@"; }`,
    );
    return sandbox;
  }

  const did = (sandbox: Sandbox): string[] =>
    sandbox.calls.filter((call) => /^zato_from_config|systemctl restart/.test(call)).map((call) => call.split(" ")[0]!);

  test("gets its password and starts; nothing of it is done again where nothing has changed", () => {
    const sandbox = host();
    expect(converge(sandbox, WEB_ADMIN, { web_admin_password: "one" }).status).toBe(0);
    expect(did(sandbox)).toEqual(["zato_from_config", "systemctl"]);
    expect(converge(sandbox, WEB_ADMIN, { web_admin_password: "one" }).status).toBe(0);
    expect(did(sandbox)).toEqual(["zato_from_config", "systemctl"]);
  });

  test("gets another password without a restart, and restarts for another unit", () => {
    const sandbox = host();
    converge(sandbox, WEB_ADMIN, { web_admin_password: "one" });
    converge(sandbox, WEB_ADMIN, { web_admin_password: "two" });
    expect(did(sandbox)).toEqual(["zato_from_config", "systemctl", "zato_from_config"]);
    converge(sandbox, { ...WEB_ADMIN, files: { ...WEB_ADMIN.files, unit: "[Unit]\n" } }, { web_admin_password: "two" });
    expect(did(sandbox)).toEqual(["zato_from_config", "systemctl", "zato_from_config", "systemctl"]);
  });

  test("gets the same password again where it is made anew, as for another database", () => {
    const sandbox = host();
    converge(sandbox, WEB_ADMIN, { web_admin_password: "one" });
    const create = "command=create_web_admin\nodb_db_name=zato4_a";
    const another = { ...WEB_ADMIN, files: { ...WEB_ADMIN.files, create } };
    expect(converge(sandbox, another, { web_admin_password: "one" }).status).toBe(0);
    expect(did(sandbox)).toEqual(["zato_from_config", "systemctl", "zato_from_config", "systemctl"]);
  });

  test("fails where its log-in page does not answer, and for a password that is empty", () => {
    expect(converge(host("false"), WEB_ADMIN, { web_admin_password: "one" }).stdout).toContain("no answer to http://127.0.0.1:8183/accounts/login/"); // prettier-ignore
  });
});

describe("a load balancer in front", () => {
  const edge = (files: Readonly<Record<string, string>> = {}): Component => ({
    kind: "haproxy",
    name: "edge",
    parameters: {
      unit: "zato-edge.service",
      vrrp_unit: "zato-edge-vrrp.service",
      folder: "/etc/zato-edge",
      socket: "/run/zato-edge/admin.sock",
      back_end: "clusters",
      own_address: "10.0.0.11",
      entry_url: "http://10.0.0.100:80/zato/ping",
      virtual_router_id: "51",
      peers: "10.0.0.12",
    },
    files: { config: "global\n", unit: "[Service]\n", ...files },
  });
  const PAIR = {
    check: "#!/bin/sh\n",
    keepalived: "interface INTERFACE-OF-THIS-HOST\n",
    vrrp_unit: "[Service]\n# vrrp\n",
  };

  function host(): Sandbox {
    const sandbox = new Sandbox(folder());
    ["haproxy", "keepalived", "nft"].forEach((program) => sandbox.program(program));
    sandbox.program("ip", "echo '2: eth7 inet 10.0.0.11/24'");
    sandbox.define(`
      need_packages_stopped() { :; }
      haproxy_admin() { case $2 in 'show stat') echo 'clusters,BACKEND,0,UP,' ;; *) echo "haproxy_admin $2" >>'${folder()}/calls' ;; esac; }
      answers_by_address() { true; }; wait_until() { shift 2; "$@"; }`);
    return sandbox;
  }

  test("is given only what HAProxy accepts", () => {
    const sandbox = host();
    sandbox.program("haproxy", "echo 'parsing [1]'; exit 1");
    const { status, stdout } = converge(sandbox, edge());
    expect([status, sandbox.read("/etc/zato-edge/haproxy.cfg")]).toEqual([1, undefined]);
    expect(stdout).toContain("haproxy does not accept the configuration: parsing [1]");
  });

  test("has a folder that root alone reads, since keys lie in it", () => {
    const sandbox = host();
    converge(sandbox, edge());
    expect((statSync(join(folder(), "etc/zato-edge")).mode & 0o777).toString(8)).toBe("700");
  });

  test("knows clusters by a certificate authority that one of them shows a certificate of, and takes no other", () => {
    const sandbox = host();
    const members = { members: "10.0.0.11:443", server_name: "", members_ca: "/etc/zato-edge/members.pem" };
    const known = { ...edge({ members_ca: "-----BEGIN" }), parameters: { ...edge().parameters, ...members } };
    sandbox.program("openssl", "exit 1");
    expect(converge(sandbox, known).stdout).toContain(
      "no cluster shows a certificate of the given 'ca'; nothing was changed",
    );
    expect(sandbox.read("/etc/zato-edge/members.pem")).toBeUndefined();
    sandbox.program("openssl");
    expect(converge(sandbox, known).status).toBe(0);
    expect(sandbox.read("/etc/zato-edge/members.pem")).toBe("-----BEGIN");
  });

  test("is no more when it is removed, with its virtual address", () => {
    const sandbox = host();
    converge(sandbox, edge(PAIR));
    expect(sandbox.run("remove.sh", "haproxy", "edge").status).toBe(0);
    expect(sandbox.calls).toEqual(
      expect.arrayContaining([
        "systemctl disable --now --no-reload --quiet zato-edge-vrrp.service",
        "systemctl disable --now --no-reload --quiet zato-edge.service",
        "nft delete table inet zato-edge-vrrp",
      ]),
    );
    expect(sandbox.read("/etc/zato-edge/haproxy.cfg")).toBeUndefined();
  });

  test("that another state has deployed becomes this one's, which is said, once, and is nobody's when it is removed", () => {
    const sandbox = host();
    const said = (id: string): boolean => {
      sandbox.write("/staging/edge.owner", id);
      return /the load balancer edge was deployed by another state of Terraform, in which it is 4711/.test(
        converge(sandbox, edge()).stdout,
      );
    };
    expect(["4711", "4711", "4712", "4712"].map(said)).toEqual([false, false, true, false]);
    expect(sandbox.run("remove.sh", "haproxy", "edge").status).toBe(0);
    expect(said("4713")).toBe(false);
  });

  test("starts once, is reloaded for another configuration, and has clusters back that somebody has taken out", () => {
    const sandbox = host();
    sandbox.define("haproxy_by_hand() { echo taken-out clusters/host2; }");
    expect(converge(sandbox, edge()).status).toBe(0);
    converge(sandbox, edge());
    converge(sandbox, edge({ config: "global\n# other\n" }));
    expect(sandbox.calls.filter((call) => /systemctl re(start|load)/.test(call))).toEqual([
      "systemctl restart zato-edge.service",
      "systemctl reload zato-edge.service",
    ]);
    expect(sandbox.calls).toContain("haproxy_admin set server clusters/host2 state ready");
  });

  test("is reloaded for another certificate, once", () => {
    const sandbox = host();
    sandbox.define("check_certificate() { :; }");
    const [source, certificate] = ["/opt/zato/certificate.pem", "/etc/zato-edge/certificate.pem"];
    const component = edge();
    const certified = { ...component, parameters: { ...component.parameters, certificate, certificate_file: source } };
    for (const text of ["one", "one", "another", "another"]) {
      sandbox.write(source, text);
      expect(converge(sandbox, certified).status).toBe(0);
    }
    expect(sandbox.read(certificate)).toBe("another");
    expect(sandbox.calls.filter((call) => /systemctl re(start|load)/.test(call))).toEqual([
      "systemctl restart zato-edge.service",
      "systemctl reload zato-edge.service",
    ]);
  });

  test("undoes whatever somebody has done to clusters by hand, in each of its back ends", () => {
    const sandbox = host();
    sandbox.define(
      'haproxy_by_hand() { printf "%s\\n" "taken-out $2_once/host2" "put-back $2/host1" "weighed $2/host2" "unchecked $2/host2"; }',
    );
    converge(sandbox, edge());
    expect(sandbox.calls.filter((call) => /haproxy_admin (set server|enable)/.test(call))).toEqual([
      "haproxy_admin set server clusters_once/host2 state ready",
      "haproxy_admin set server clusters/host1 state maint",
      "haproxy_admin set server clusters/host2 weight 100%",
      "haproxy_admin enable health clusters/host2",
    ]);
  });

  test("has a virtual address on the interface of the host's own, by a configuration that keepalived accepts", () => {
    const sandbox = host();
    expect(converge(sandbox, edge(PAIR)).status).toBe(0);
    expect(sandbox.read("/etc/zato-edge/keepalived.conf")).toBe("interface eth7\n");
    expect(sandbox.calls).toContain("systemctl restart zato-edge-vrrp.service");
    // Nobody else speaks for the virtual router, from the moment on in which keepalived listens.
    const rules = sandbox.read("/etc/zato-edge/vrrp.nft")!;
    expect(rules).toContain("ip saddr 10.0.0.12 ip ttl 255 meta l4proto 112 @th,8,8 51 accept\n");
    // And what comes for others on this host, by multicast or to other addresses, is not ours to drop.
    expect(rules.match(/.* drop$/gm)).toEqual(["        ip daddr 10.0.0.11 meta l4proto 112 @th,8,8 51 drop"]);
    expect(sandbox.calls.indexOf("nft -f /etc/zato-edge/vrrp.nft")).toBeGreaterThan(-1);
    expect(sandbox.calls.indexOf("nft -f /etc/zato-edge/vrrp.nft")).toBeLessThan(
      sandbox.calls.indexOf("systemctl restart zato-edge-vrrp.service"),
    );
    sandbox.program("keepalived", "exit 1");
    const { stdout } = converge(sandbox, edge({ ...PAIR, keepalived: "# INTERFACE-OF-THIS-HOST, changed\n" }));
    expect(stdout).toContain("keepalived does not accept the configuration");
    expect(sandbox.read("/etc/zato-edge/keepalived.conf")).toBe("interface eth7\n");
  });

  test("that is alone on its interface lets nobody speak for its virtual router there: keepalived would hear all of them", () => {
    const sandbox = host();
    const alone = edge(PAIR);
    expect(converge(sandbox, { ...alone, parameters: { ...alone.parameters, peers: "" } }).status).toBe(0);
    expect(sandbox.read("/etc/zato-edge/vrrp.nft")!.match(/.* (accept|drop)$/gm)).toEqual([
      '        iifname "eth7" meta l4proto 112 @th,8,8 51 drop',
    ]);
  });

  test.each([
    [
      "with a virtual address",
      PAIR,
      ["edge\tzato-edge-vrrp.service may run with other settings than its files have now"],
    ],
    ["without one", {}, []],
  ])("%s is looked at by what it consists of", (_, files, expected) => {
    // GIVEN
    const sandbox = host();
    sandbox.program(
      "systemctl",
      "case $* in is-enabled*) echo enabled ;; *--quiet*) ;; is-active*) echo active ;; esac",
    );
    converge(sandbox, edge(files));
    expect(sandbox.drift("haproxy", "edge")).toEqual([]);

    // WHEN
    rmSync(`${folder()}/var/lib/cdktf-zato/components/edge/vrrp`, { force: true });

    // THEN
    expect(sandbox.drift("haproxy", "edge")).toEqual(expected);
  });

  test("gives up its virtual address before it restarts, and when there is none any more", () => {
    const sandbox = host();
    converge(sandbox, edge(PAIR));
    const calls = sandbox.calls;
    expect(calls.indexOf("systemctl stop zato-edge-vrrp.service")).toBeGreaterThan(-1);
    expect(calls.indexOf("systemctl stop zato-edge-vrrp.service")).toBeLessThan(
      calls.indexOf("systemctl restart zato-edge.service"),
    );
    converge(sandbox, edge());
    expect(sandbox.read("/etc/systemd/system/zato-edge-vrrp.service")).toBeUndefined();
  });
});

describe("the load-balancer of a cluster", () => {
  const loadBalancer = (servers: string, config = "global\n"): Component => ({
    kind: "load-balancer",
    name: "a-load-balancer",
    parameters: {
      unit: "zato-a-load-balancer.service",
      folder: "/etc/zato/a/load-balancer",
      health_url: "http://127.0.0.1:11223/zato/ping",
      drain_seconds: "30",
      servers,
    },
    files: { config, unit: "[Service]\n" },
  });

  function host(answers = "true"): Sandbox {
    const sandbox = new Sandbox(folder());
    sandbox.program("haproxy");
    sandbox.note("haproxy_drain", "take_cluster_out", "put_cluster_back", "sql");
    sandbox.define(`answers() { ${answers}; }; wait_until() { shift 2; "$@"; }; odb_quoted() { printf '%s' "$1"; }`);
    return sandbox;
  }

  function addServer(sandbox: Sandbox, name: string): void {
    sandbox.write(state(`a-${name}`, "kind"), "server\n");
    const parameters = {
      ...COMMON,
      server: name,
      unit: `zato-a-${name}.service`,
      path: `/opt/zato/env/a/${name}`,
      environment_file: `/etc/zato/a/${name}.env`,
      load_balancer_socket: "/socket",
      back_end: `bck/${name}`,
    };
    sandbox.write(state(`a-${name}`, "manifest"), renderManifest({ parameters }));
  }

  test("takes the whole cluster out of balancers in front before it restarts, and puts it back when it answers", () => {
    const sandbox = host();
    expect(converge(sandbox, loadBalancer("a-server1")).status).toBe(0);
    const order = sandbox.calls.filter((call) => /cluster|systemctl restart/.test(call)).map((call) => call.trim());
    expect(order).toEqual(["take_cluster_out", "systemctl restart zato-a-load-balancer.service", "put_cluster_back"]);
  });

  test("drains a server that is no longer declared, and then removes it, also from the ODB", () => {
    const sandbox = host();
    addServer(sandbox, "server1");
    addServer(sandbox, "server2");
    expect(converge(sandbox, loadBalancer("a-server1")).status).toBe(0);
    const { calls } = sandbox;
    const drained = calls.indexOf("haproxy_drain /socket bck/server2 30");
    const gone = calls.indexOf("sql delete from server where name = 'server2'");
    expect([drained > -1, gone > drained]).toEqual([true, true]);
    expect(calls.join("\n")).not.toContain("server1 30");
    expect(sandbox.read(state("a-server2", "manifest"))).toBeUndefined();
    expect(sandbox.read(state("a-server1", "manifest"))).toBeDefined();
  });

  test.each([
    ["none", []],
    ["out", ["balancers in front are told to leave the cluster alone"]],
  ])(
    "that keeps balancers in front away, since a run was cut off or by hand, is found, and undone: %s",
    (said, expected) => {
      // GIVEN
      const sandbox = host();
      const socket = `${folder()}/s`;
      bash(`cd "$1"; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("s")'`, [folder()]);
      sandbox.program(
        "systemctl",
        "case $* in is-enabled*) echo enabled ;; *--quiet*) ;; is-active*) echo active ;; esac",
      );
      const { parameters, ...rest } = loadBalancer("a-server1");
      const given = { ...rest, parameters: { ...parameters, socket, taken_out_acl: "#1" } };
      converge(sandbox, given);
      sandbox.define(`haproxy_admin() { [ "$*" = "${socket} show acl #1" ] && echo '0x55bc36a2d130 ${said}'; }`);

      // THEN
      const found = sandbox.drift("load-balancer", "a-load-balancer");
      expect(found.map((one) => one.split("\t")[1]!.split(", by hand")[0])).toEqual(expected);

      // WHEN
      sandbox.define(`put_cluster_back() { if [ -f "$state/taken-out" ]; then say back; fi; }`);
      expect(converge(sandbox, given).stdout.includes(" back\n")).toBe(expected.length > 0);
    },
  );

  test("is put back where it does not answer, and the deploy fails", () => {
    const sandbox = host("false");
    expect(converge(sandbox, loadBalancer("a-server1")).stdout).toContain(
      "no answer to http://127.0.0.1:11223/zato/ping",
    );
    expect(sandbox.calls.map((call) => call.trim())).toContain("put_cluster_back");
  });
});

describe("what an apply that was killed has left out", () => {
  const ADVICE = "run, by terraform or tofu: apply -replace='zato.before'";
  const afterKilled = (kind: string, secrets: string, host = new Sandbox(folder())): BashResult => {
    const before = renderManifest({ parameters: { ...COMMON, secrets } });
    host.write("/staging/scripts/kinds/trial.sh", "converge() { :; }");
    const manifest = renderManifest({ parameters: COMMON });
    return host.converge("trial", "a-trial", `${manifest}@component ${kind} before zato.before\n${before}`);
  };

  test.each([
    ["content, whose files are not here", "content", "", "before needs secrets or files that are not here"],
    ["a secret that was given", "odb", "odb_password given", "before needs secrets or files that are not here"],
    ["the firewall, which a log-in has to confirm", "firewall", "", "before is not as declared"],
  ])("is said, and how to bring it, where it cannot be made up for: %s", (_, kind, secrets, said) => {
    const { status, stdout } = afterKilled(kind, secrets);
    expect(status).toBe(1);
    expect(stdout).toContain(`failed: ${said}; ${ADVICE}`);
  });

  test.each([
    ["is made up for", "", [0, "once\n"]],
    ["is not begun where a log-in of its own has to confirm it", "confirm() { :; }", [1, undefined]],
  ])("%s", (_, functions, expected) => {
    const host = new Sandbox(folder());
    host.write("/staging/scripts/kinds/earlier.sh", `converge() { echo once >>'${folder()}/begun'; }\n${functions}`);
    const { status } = afterKilled("earlier", "", host);
    expect([status, host.read("/begun")]).toEqual(expected);
  });
});

describe("what is left on a host of ours", () => {
  function host(): Sandbox {
    const sandbox = new Sandbox(folder());
    sandbox.note("remove_our_packages", "as_zato");
    sandbox.program("usermod");
    ["created-user-zato", "created-home", "enabled-postgresql"].forEach((stamp) =>
      sandbox.write(`/var/lib/cdktf-zato/${stamp}`, ""),
    );
    sandbox.write("/etc/cdktf-zato/secrets/a/secret_key", "key");
    OURS.forEach((name) => mkdirSync(join(folder(), name), { recursive: true }));
    sandbox.write(DROP_IN, "text");
    CUT_OFF.concat(STAGED, THEIRS).forEach((file) => sandbox.write(file, ""));
    sandbox.define(`getent() { echo 'ops:x:1000:1000::${folder()}/home/ops:/bin/bash'; }`);
    return sandbox;
  }
  const OURS = ["opt/zato/env", "opt/zato/packages", "opt/zato/builds", "etc/zato"];
  const STAGED = "/home/ops/.cdktf-zato/scripts/remove.sh";
  // Of applies that were killed before they made that folder.
  const CUT_OFF = ["/home/ops/.cdktf-zato-0a1.sh", "/home/ops/sh .cdktf-zato-0a1.sh"];
  const THEIRS = "/home/ops/notes on .cdktf-zato-0a1.sh";
  const KEY = "/etc/cdktf-zato/secrets/a/secret_key";
  const DROP_IN = "/etc/postgresql/15/main/conf.d/cdktf-zato.conf";

  test("goes with the last component: user, folders, packages, keys, scripts", () => {
    const sandbox = host();
    expect(sandbox.run("remove.sh", "host", "host1").status).toBe(0);
    expect(sandbox.calls.map((call) => call.trim())).toEqual([
      "as_zato bash -c kill -KILL -1",
      "as_zato find /tmp /var/tmp /dev/shm -xdev -user zato -delete",
      "usermod -g nogroup zato",
      "userdel zato",
      "systemctl disable --now --quiet postgresql",
      "remove_our_packages",
    ]);
    const gone = [KEY, DROP_IN, STAGED, ...CUT_OFF];
    expect(gone.filter((file) => sandbox.read(file) !== undefined)).toEqual([]);
    expect(["opt/zato", ...OURS].filter((name) => existsSync(join(folder(), name)))).toEqual([]);
    expect(sandbox.read(THEIRS)).toBe("");
  });

  test("goes from a folder of Zato's that was there before, which stays", () => {
    const sandbox = host();
    rmSync(join(folder(), "var/lib/cdktf-zato/created-home"));
    expect(sandbox.run("remove.sh", "host", "host1").status).toBe(0);
    expect(["opt/zato", ...OURS].filter((name) => existsSync(join(folder(), name)))).toEqual(["opt/zato"]);
  });

  test("goes from a folder of Zato's that we have made, and what others have put there since stays, which is said", () => {
    // GIVEN
    const sandbox = host();
    const theirs = ["/opt/zato/3.2/bin/py", "/opt/zato/env/qs-1/server1", "/opt/zato/backups/a/1.tar"];
    theirs.forEach((file) => sandbox.write(file, "theirs"));

    // WHEN
    const { status, stdout } = sandbox.run("remove.sh", "host", "host1");

    // THEN
    expect(status).toBe(0);
    expect(theirs.map((file) => sandbox.read(file))).toEqual(["theirs", "theirs", "theirs"]);
    const [, names] = /left: in .*\/opt\/zato is what is not of this library: (.*)/.exec(stdout)!;
    expect(names!.split(" ").filter(Boolean).sort()).toEqual(["3.2", "backups", "env"]);
  });

  test("stays while a component needs it", () => {
    const sandbox = host();
    sandbox.write(state("a-server1", "kind"), "server");
    expect(sandbox.run("remove.sh", "host", "host1").stdout).toContain("kept what these components need: a-server1");
    expect([sandbox.calls, sandbox.read(KEY)]).toEqual([[], "key"]);
  });

  test("stays as far as it is data that was to be kept, and what decrypts it", () => {
    const sandbox = host();
    sandbox.define("installed_packages() { printf '%s\\n' haproxy postgresql postgresql-15 postgresql-client-15; }");
    sandbox.write("/var/lib/cdktf-zato/data-kept/a", "local\nzato_a zato_a\n");
    expect(sandbox.run("remove.sh", "host", "host1").stdout).toContain("kept: data of a removed cluster");
    expect(sandbox.read(KEY)).toBe("key");
    expect(sandbox.calls).toContain("remove_our_packages postgresql postgresql-15");
    expect([sandbox.calls.filter((call) => call.startsWith("systemctl")), sandbox.read(DROP_IN)]).toEqual([[], "text"]);
  });

  /** With a PostgreSQL that a deploy has installed, in which psql finds some databases besides its own. */
  function withPostgresql(clusters: string, psql: string, ours = "postgresql\npostgresql-15\n"): Sandbox {
    const sandbox = host();
    sandbox.define("installed_packages() { printf '%s\\n' haproxy postgresql postgresql-15; }");
    sandbox.define(
      `as_postgres() { case $* in *pg_database*) ${psql} ;; esac; }; wait_until() { "\${@:3}" >/dev/null; }`,
    );
    sandbox.program("pg_lsclusters", `printf '%s online postgres /var/lib log\\n' ${clusters}`, false);
    sandbox.write("/var/lib/cdktf-zato/packages", ours);
    return sandbox;
  }
  const MAIN = "'15 main 5432'";
  const stopped = ({ calls }: Sandbox): boolean => calls.includes("systemctl disable --now --quiet postgresql");

  test.each([
    ["a database", MAIN, "echo 'the database crm'", "the database crm"],
    ["a cluster", `${MAIN} '15 crm 5433'`, ":", "the cluster 15/crm"],
    ["both", `${MAIN} '15 crm 5433'`, "echo 'the database crm'", "the database crm, the cluster 15/crm"],
    ["what it does not tell", MAIN, ":; esac; case $1 in -c) false", "nobody can tell what while it does not answer"],
  ])("stays as far as it is a PostgreSQL in which others have %s, which is said", (_, clusters, psql, named) => {
    // GIVEN
    const sandbox = withPostgresql(clusters, psql);

    // WHEN
    const { stdout, status } = sandbox.run("remove.sh", "host", "host1");

    // THEN
    expect([status, stdout]).toEqual([0, expect.stringContaining(`kept: PostgreSQL, though a deploy has installed it, since it has what is not of this library: ${named}`)]); // prettier-ignore
    expect(sandbox.calls).toContain("remove_our_packages postgresql postgresql-15");
    expect([stopped(sandbox), sandbox.read(DROP_IN)]).toEqual([false, "text"]);
  });

  test("stays so, too, where data was kept that is elsewhere", () => {
    const sandbox = withPostgresql(MAIN, "echo 'the database crm'");
    sandbox.write("/var/lib/cdktf-zato/data-kept/a", "elsewhere\n");
    expect(sandbox.run("remove.sh", "host", "host1").stdout).toMatch(
      /kept: data of a removed cluster.*; and PostgreSQL/,
    );
    expect(sandbox.calls).toContain("remove_our_packages postgresql postgresql-15");
  });

  test.each([
    ["nobody has anything in its PostgreSQL", MAIN, ":", undefined],
    ["what others have is in a PostgreSQL of theirs", "'14 crm 5433'", "echo 'the database crm'", undefined],
    ["PostgreSQL is not ours", MAIN, "echo 'the database crm'", "haproxy\n"],
  ])("goes where %s", (_, clusters, psql, ours) => {
    const sandbox = withPostgresql(clusters, psql, ours);
    expect(sandbox.run("remove.sh", "host", "host1")).toMatchObject({ status: 0 });
    expect([sandbox.calls.map((call) => call.trim()).includes("remove_our_packages"), stopped(sandbox)]).toEqual([true, true]); // prettier-ignore
  });
});
