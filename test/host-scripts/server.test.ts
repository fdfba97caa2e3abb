import { createHash } from "node:crypto";
import { renderManifest } from "../../lib/remote/manifest";
import { BashResult, temporaryFolder } from "../support/bash";
import { PLACES } from "../support/places";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();

const PARAMETERS = {
  ...PLACES,
  host: "host1",
  label: "server1",
  cluster: "a",
  server: "server1",
  unit: "zato-a-server1.service",
  path: "/opt/zato/env/a/server1",
  environment_file: "/etc/zato/a/server1.env",
  environment_secrets: "Zato_Password odb_password",
  address: "127.0.0.1:17010",
  health_url: "http://127.0.0.1:17010/zato/ping",
  workers: "2",
  load_balancer_socket: "/socket",
  back_end: "bck/server1",
  closed_channels: "/zato/api/invoke/{service_name}",
};

/** A host whose server answers or does not, as told. */
function host(more = ""): Sandbox {
  const sandbox = new Sandbox(folder());
  sandbox.note("haproxy_drain", "haproxy_ready", "haproxy_undo", "haproxy_leave_to_checks", "take_cluster_out", "put_cluster_back", "create_directory", "back_up_before_other_code", "need_requirements", "sql", "install_scripts", "said_by_server"); // prettier-ignore
  sandbox.write("/etc/cdktf-zato/secrets/a/odb_password", 'a"$b');
  sandbox.define(`
    haproxy_has_others() { true; }; haproxy_is_healthy() { true; }; answers() { true; }; all_workers_answer() { true; }
    admin() { printf 'admin %s\\n' "$2" >>'${folder()}/calls'; }; as_zato() { :; }; for_zato() { printf '%s' "$1"; }
    edit_as_zato() { :; }; odb_quoted() { printf '%s' "$1"; }; is_created() { true; }
    wait_until() { shift 2; "$@"; }; ${more}`);
  return sandbox;
}

function converge(sandbox: Sandbox, environment = "A=b\n", parameters: Partial<typeof PARAMETERS> = {}): BashResult {
  const files = { create: "command=create_server", unit: "[Service]\n", environment };
  const manifest = renderManifest({ parameters: { ...PARAMETERS, ...parameters }, files });
  return sandbox.converge("server", "a-server1", manifest);
}

const did = (sandbox: Sandbox): string[] =>
  sandbox.calls
    .filter((call) => /^haproxy|cluster|systemctl restart|close-channels/.test(call))
    .map((call) => call.trim().split(" ").slice(0, 2).join(" "));

test("a server is drained, restarted, closed to whom Zato would let in, and put back", () => {
  const sandbox = host();
  const { status, stdout } = converge(sandbox);
  expect([status, stdout]).toEqual([0, expect.stringContaining("as declared")]);
  expect(did(sandbox)).toEqual([
    "haproxy_drain /socket",
    "systemctl restart",
    "admin close-channels",
    "haproxy_ready /socket",
    "haproxy_undo /socket",
    "put_cluster_back",
  ]);
  expect(sandbox.read("/etc/zato/a/server1.env")).toBe('A=b\nZato_Password="a\\"\\$b"\n');
});

test("what a server works on gets as long as a request may take in its cluster's load-balancer", () => {
  const sandbox = host();
  const balancer = "/var/lib/cdktf-zato/components/a-load-balancer";
  sandbox.write(`${balancer}/kind`, "load-balancer\n");
  sandbox.write(`${balancer}/manifest`, renderManifest({ parameters: { cluster: "a", drain_seconds: "300" } }));
  expect(converge(sandbox).status).toBe(0);
  expect(sandbox.calls).toContain("haproxy_drain /socket bck/server1 300");
});

test.each([
  ["another release is stopped, and does not start with the host,", "zato-4", true],
  ["the same release goes on", "zato-3", false],
])("its cluster's scheduler of %s while it becomes one of its own", (_, release, stopped) => {
  // GIVEN
  const sandbox = host();
  const scheduler = "/var/lib/cdktf-zato/components/a-scheduler";
  const parameters = { ...PARAMETERS, label: "scheduler", unit: "zato-a-scheduler.service", release };
  sandbox.write(`${scheduler}/kind`, "scheduler\n");
  sandbox.write(`${scheduler}/manifest`, renderManifest({ parameters }));

  // WHEN
  const { status, stdout } = converge(sandbox);

  // THEN
  const disable = "systemctl disable --now --quiet zato-a-scheduler.service";
  expect([status, stdout.includes("stopping the scheduler, which is that of another release")]).toEqual([0, stopped]);
  expect(sandbox.calls.includes(disable)).toBe(stopped);
  if (stopped) expect(sandbox.calls.indexOf(disable)).toBeLessThan(sandbox.calls.findIndex((call) => call.startsWith("systemctl restart"))); // prettier-ignore
});

describe("a server whose database is a new one, in which there is nothing of what its cluster ran,", () => {
  const waiting = (more = ""): Sandbox => {
    const sandbox = host(more);
    sandbox.write("/var/lib/cdktf-zato/components/a-content/kind", "content\n");
    sandbox.write("/var/lib/cdktf-zato/components/a-content/manifest", renderManifest({ parameters: PARAMETERS }));
    sandbox.write("/var/lib/cdktf-zato/components/a-content/awaited", "");
    return sandbox;
  };

  test("gets no requests, nor does its cluster, whoever else could take them in there", () => {
    const sandbox = waiting();
    const { status, stdout } = converge(sandbox);
    expect([status, stdout]).toEqual([0, expect.stringContaining("it gets no requests until the cluster has what it runs")]); // prettier-ignore
    expect(did(sandbox)).toEqual([
      "take_cluster_out",
      "haproxy_drain /socket",
      "systemctl restart",
      "admin close-channels",
    ]);
  });

  test("gets none either when it does not start", () => {
    const sandbox = waiting("answers() { false; }");
    expect(converge(sandbox).status).not.toBe(0);
    expect(did(sandbox)).toEqual(["take_cluster_out", "haproxy_drain /socket", "systemctl restart"]);
  });
});

test("without secrets it has the environment that is declared, and not a line more", () => {
  const sandbox = host();
  expect(converge(sandbox, "A=b\n", { environment_secrets: "" }).status).toBe(0);
  expect(sandbox.read("/etc/zato/a/server1.env")).toBe("A=b\n");
});

describe("its address", () => {
  const CONF = "/opt/zato/env/a/server1/config/repo/server.conf";
  /** A host whose server has this in its configuration. */
  function hostWith(conf: string): Sandbox {
    const sandbox = host(`as_zato() { case $* in *grep*) "$@" ;; esac; }
      edit_as_zato() { printf 'edited\\n' >>'${folder()}/calls'; sed -i -E "$2" "$1"; }`);
    sandbox.write(CONF, conf);
    return sandbox;
  }

  test("is written, once, where Zato's command line reads it", () => {
    const sandbox = hostWith("[main]\ngunicorn_bind=0.0.0.0:1\n");
    converge(sandbox);
    expect(converge(sandbox)).toMatchObject({ status: 0 });
    expect(sandbox.read(CONF)).toBe("[main]\ngunicorn_bind=127.0.0.1:17010\n");
    expect(sandbox.calls.filter((call) => call === "edited")).toHaveLength(1);
  });

  test("that cannot be written fails, and nothing is restarted", () => {
    const sandbox = hostWith("[main]\n");
    const { status, stdout } = converge(sandbox);
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/the address cannot be written into \S+\/server\.conf/),
    ]);
    expect(sandbox.calls.filter((call) => call.startsWith("systemctl restart"))).toEqual([]);
  });
});

test("each configuration file that Zato has written for it is noted, and nothing that a service has put there by another name", () => {
  // GIVEN
  const sandbox = host('as_zato() { "$@"; }');
  const repo = "/opt/zato/env/a/server1/config/repo";
  const written = ["logging.conf", "pickup.conf", "server.conf", "service-sources.txt", "simple-io.conf", "sql.conf", "sso.conf"]; // prettier-ignore
  written.forEach((name) => sandbox.write(`${repo}/${name}`, "gunicorn_bind=127.0.0.1:17010\n"));
  ["internal-cache.dat", "a b.conf", "x\nfile\tshadow\t.conf", "$(id).txt"].forEach((name) =>
    sandbox.write(`${repo}/${name}`, ""),
  );
  const changed = (): string[] =>
    sandbox
      .drift("server", "a-server1")
      .filter((line) => line.includes("/config/repo/"))
      .map((line) => line.replace(/^.*\/config\/repo\//, ""));

  // WHEN
  expect(converge(sandbox)).toMatchObject({ status: 0 });

  // THEN
  const ledger = sandbox.read("/var/lib/cdktf-zato/components/a-server1/ledger")!;
  expect([...ledger.matchAll(/^created\t.*\/config\/repo\/(.*?)\t/gm)].map(([, name]) => name)).toEqual(written);
  expect(changed()).toEqual([]);

  // WHEN
  written.forEach((name) => sandbox.write(`${repo}/${name}`, "gunicorn_bind=127.0.0.1:17010\n# by hand\n"));

  // THEN
  expect(changed()).toEqual(written.map((name) => `${name} was changed`));
});

test("as many files as a service likes to put there keep none of Zato's own from being noted", () => {
  // GIVEN
  const sandbox = host('as_zato() { "$@"; }');
  const repo = "/opt/zato/env/a/server1/config/repo";
  ["secrets.conf", "server.conf", "service-sources.txt"].forEach((name) =>
    sandbox.write(`${repo}/${name}`, "gunicorn_bind=127.0.0.1:17010\n"),
  );
  for (let number = 0; number < 100; number++) {
    sandbox.write(`${repo}/0${number}.conf`, "");
  }

  // WHEN
  expect(converge(sandbox)).toMatchObject({ status: 0 });

  // THEN
  const ledger = sandbox.read("/var/lib/cdktf-zato/components/a-server1/ledger")!;
  const noted = [...ledger.matchAll(/^created\t.*\/config\/repo\/(.*?)\t/gm)].map(([, name]) => name);
  expect(noted).toEqual(expect.arrayContaining(["secrets.conf", "server.conf", "service-sources.txt"]));
  expect(noted).toHaveLength(50);
});

test("it is not restarted again by a deploy of the same, but for another environment", () => {
  const sandbox = host();
  converge(sandbox);
  converge(sandbox);
  expect(sandbox.calls.filter((call) => call.startsWith("systemctl restart"))).toHaveLength(1);
  converge(sandbox, "A=c\n");
  expect(sandbox.calls.filter((call) => call.startsWith("systemctl restart"))).toHaveLength(2);
});

test("the last server of a cluster takes the cluster along", () => {
  const sandbox = host("haproxy_has_others() { false; }");
  converge(sandbox);
  expect(did(sandbox).slice(0, 2)).toEqual(["take_cluster_out", "haproxy_drain /socket"]);
});

test("one that does not answer fails, is left to the load-balancer's checks, and the deploy says where it stopped", () => {
  const sandbox = host("answers() { false; }");
  sandbox.program("systemctl", '[ "$1" != show ] || echo 5');
  const { status, stdout } = converge(sandbox);
  expect(status).toBe(1);
  expect(stdout).toMatch(
    /no answer to http:\/\/127.0.0.1:17010\/zato\/ping; see 'sudo journalctl -u zato-a-server1.service'/,
  );
  expect(stdout).toContain("stopped here");
  expect(did(sandbox).slice(-2)).toEqual(["haproxy_leave_to_checks /socket", "put_cluster_back"]);
});

test("one of whose workers some do not answer fails", () => {
  expect(converge(host("all_workers_answer() { false; }")).stdout).toContain("not all 2 workers answer after 300 s");
});

test("one whose port somebody else has fails, and says who", () => {
  const held =
    'all_workers_answer() { false; }; admin() { echo "$2: port 17010 is held by the user mallory" >&2; false; }';
  expect(converge(host(held)).stdout).toContain(
    "not all 2 workers answer after 300 s: port 17010 is held by the user mallory; see ",
  );
});

test("one that the load-balancer does not reach fails", () => {
  expect(converge(host("haproxy_is_healthy() { false; }")).stdout).toContain("the load-balancer does not reach it; see 'show stat' on /socket"); // prettier-ignore
});

test("what services of its cluster require comes along with another build", () => {
  const sandbox = host();
  const content = "/var/lib/cdktf-zato/components/a-content";
  sandbox.write(`${content}/kind`, "content\n");
  sandbox.write(`${content}/manifest`, renderManifest({ parameters: { cluster: "a" } }));
  sandbox.write(`${content}/requirements`, "requests\n");
  converge(sandbox);
  expect(sandbox.calls.join("\n")).toMatch(/^need_requirements .*a-content\/+requirements$/m);
});

describe("of a cluster whose content was verified with a service that is not live now", () => {
  const CODE = "class One: pass\n";
  const given = (): Sandbox => {
    const sandbox = host(
      `admin() { [ "$2" != services ] || [ ! -s "$3" ] || { echo 'a.one is not deployed'; false; }; }`,
    );
    const content = "/var/lib/cdktf-zato/components/a-content";
    sandbox.write(`${content}/kind`, "content\n");
    const services = `a.one ${createHash("sha256").update(CODE).digest("hex")}`;
    const verified = renderManifest({ parameters: { cluster: "a", services } });
    ["manifest", "verified"].forEach((name) => sandbox.write(`${content}/${name}`, verified));
    return sandbox;
  };

  test("it stays out of the load-balancer", () => {
    const sandbox = given();
    sandbox.write("/opt/zato/env/a/hot-deploy/one.py", CODE);
    const { stdout } = converge(sandbox);
    expect(stdout).toContain("so it stays out of the load-balancer: a.one is not deployed");
    expect(did(sandbox)).not.toContain("haproxy_ready /socket");
    expect(did(sandbox)).not.toContain("haproxy_leave_to_checks /socket");
  });

  test.each([
    ["has changed", "class One: by_hand\n"],
    ["has removed", ""],
  ])("but where somebody %s its file, which comes with the content, it is put back", (_, code) => {
    const sandbox = given();
    sandbox.write("/opt/zato/env/a/hot-deploy/other.py", code);
    expect(converge(sandbox).stdout).not.toContain("stays out");
    expect(did(sandbox)).toContain("haproxy_ready /socket");
  });

  test("nor does it stay out where somebody has removed the whole folder", () => {
    const sandbox = given();
    expect(converge(sandbox)).toMatchObject({ status: 0 });
    expect(did(sandbox)).toContain("haproxy_ready /socket");
  });
});
