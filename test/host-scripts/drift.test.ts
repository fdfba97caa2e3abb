import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, BashResult, HOST_SCRIPTS, temporaryFolder } from "../support/bash";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();

/** What is found of the component "it", whose state is in the folder "state", on a host that bash functions play. */
function findings(program: string, host = ""): string[] {
  const { stdout, stderr, status } = bash(
    `STATE=$2/state work=$2/work scripts=$1 name=it state=$2/state/components/it
     mkdir -p "$work" "$state"; cd "$2"; me=$(id -un)
     . "$1/lib/manifest.sh"; . "$1/lib/ledger.sh"; . "$1/lib/files.sh"; . "$1/lib/haproxy.sh"; . "$1/lib/drift.sh"
     fail() { echo "failed: $1"; exit 1; }
     systemctl() {
       case $1 in
         is-enabled) echo "\${given_enabled:-enabled}" ;;
         is-active) [ "\${2:-}" = --quiet ] || echo "\${given_active:-active}"; [ "\${given_active:-active}" = active ] ;;
         show) echo "DropInPaths=\${overrides:-}" ;;
       esac
     }
     ${host}
     ${program}`,
    [HOST_SCRIPTS, folder()],
  );
  expect([status, stderr]).toEqual([0, ""]);
  return stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.replaceAll(folder(), "").replace("it\t", "")]));
}

describe("a file", () => {
  const deployed = "echo one >there; chmod 0600 there; record file $PWD/there;";

  test.each([
    ["is as it was put there", "", []],
    ["was changed", "echo two >>there", ["/there was changed"]],
    ["is gone", "rm there", ["/there is gone"]],
    ["is a link now, even to the same", "mv there x; ln -s x there", ["/there is a symbolic link in place of a file"]],
    ["can be read by others", "chmod 0644 there", [/^\/there has the mode and owner 644 \S+ in place of 600 \S+$/]],
  ])("that %s", (_, change, expected) => {
    const found = findings(`${deployed} keep_ledger; ${change}\ncheck_ledger "$state/ledger"`);
    expect(found).toEqual(
      expected.map((one) => (typeof one === "string" ? one : (expect.stringMatching(one) as string))),
    );
  });

  test("is known by any name, whatever it means to bash", () => {
    const names = [`a b`, `c\\d`, `]`, `[x`, `*`, `$(touch run)`, "`touch run`", `"`, `x]=$(touch run)`, `-n`];
    const list = names.map((name) => `'${name}'`).join(" ");
    const program = `for one in ${list}; do echo 1 >"./$one"; record file "$PWD/$one"; done; keep_ledger; check_ledger "$state/ledger"`;
    expect(findings(program)).toEqual([]);
    const change = `for one in ${list}; do echo 2 >>"./$one"; done; check_ledger "$state/ledger"; [ ! -e run ] || echo run`;
    expect(findings(`${program}; ${change}`).sort()).toEqual(names.map((name) => `/${name} was changed`).sort());
  });

  test("of two notes the last one counts", () => {
    const again = 'echo two >there; record file "$PWD/there"; keep_ledger; check_ledger "$state/ledger"';
    expect(findings(`${deployed} ${again}`)).toEqual([]);
  });
});

describe("a folder", () => {
  test.each([
    ["holds what was deployed", "", []],
    ["holds something else", "echo x >tree/more.py", ["in /tree is what was not deployed: /tree/more.py "]],
    ["holds a link", "ln -s /etc tree/etc", ["in /tree is what was not deployed: /tree/etc "]],
    ["lacks something", "rm tree/one.py", ["/tree/one.py is gone"]],
    ["is another's to write", "chmod 0777 tree", [/^\/tree is: directory, 777 \S+; in place of: directory, 700 \S+$/]],
  ])("that %s", (_, change, expected) => {
    const deployed =
      'mkdir tree; chmod 0700 tree; echo 1 >tree/one.py; record file "$PWD/tree/one.py"; record folder "$PWD/tree"; record tree "$PWD/tree"; keep_ledger';
    const found = findings(`${deployed}; ${change}\ncheck_ledger "$state/ledger"`);
    expect(found).toEqual(
      expected.map((one) => (typeof one === "string" ? one : (expect.stringMatching(one) as string))),
    );
  });

  test("that is root's alone, is no more when anything in it can be read by others, besides files that are named anyway", () => {
    const deployed =
      'mkdir -m 0700 secrets; touch secrets/a secrets/b; chmod 0600 secrets/?; record file "$PWD/secrets/b"; record private "$PWD/secrets"; keep_ledger';
    const found = findings(`${deployed}; chmod 0644 secrets/?\ncheck_ledger "$state/ledger"`);
    expect(found.filter((one) => one.startsWith("others"))).toEqual(["others can get at /secrets/a (644 root) "]);
    expect(found).toHaveLength(2);
  });
});

describe("a unit", () => {
  const check =
    "record enabled zato-a.service enabled; record running zato-a.service active; record merged zato-a.service; keep_ledger; overrides=${overrides_later:-}; check_ledger $state/ledger";

  test.each([
    ["runs, and starts at boot", "", []],
    ["was stopped", "given_active=inactive", ["zato-a.service does not run: it is inactive"]],
    ["is not started at boot", "given_enabled=disabled", ["zato-a.service does not start at boot: it is disabled"]],
    [
      "has something laid over it, and over all whose names begin alike",
      'mkdir -p zato-.service.d; touch zato-.service.d/a.conf b.conf; overrides_later="$PWD/zato-.service.d/a.conf $PWD/b.conf"',
      ["zato-a.service is changed by what was not deployed: /b.conf /zato-.service.d/a.conf"],
    ],
    ["has what was there at its deploy", "touch all.conf; overrides=$PWD/all.conf; overrides_later=$overrides", []],
  ])("that %s", (_, host, expected) => {
    const found = findings(check, host);
    expect(found).toEqual(
      expected.map((one) => (typeof one === "string" ? one : (expect.stringMatching(one) as string))),
    );
  });

  test.each([
    ["has read its files", "", []],
    [
      "was restarted with others in between",
      "cp conf x; echo y >conf; mv x conf",
      ["u may run with other settings than its files have now"],
    ],
    ["does not run, which is said otherwise", "rm conf; touch conf; given_active=inactive", []],
  ])("that %s", (_, change, expected) => {
    expect(findings(`echo x >conf; note_use started conf; ${change}\ncheck_use u started conf`)).toEqual(expected);
  });
});

describe("servers in HAProxy", () => {
  const STATE = `1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight …
3 clusters 1 host1 10.0.0.11 2 8 1 1 9 3 4 3 6 0
3 clusters 2 host2 10.0.0.12 0 1 1 1 9 3 4 3 6 0
3 clusters 3 host3 10.0.0.13 0 4 1 1 9 3 4 3 6 0
3 clusters 4 host4 10.0.0.14 2 0 0 1 9 3 4 3 2 0
5 clusters_once 2 host2 10.0.0.12 0 1 1 1 9 0 2 0 0 0
5 clusters_once 4 host4 10.0.0.14 2 0 1 1 9 0 2 0 0 0
6 clustersother 1 host1 10.0.0.11 2 8 1 1 9 3 4 3 6 0
4 others 1 host1 10.0.0.11 2 8 1 1 9 3 4 3 6 0`;
  const host = `haproxy_admin() { cat <<'END'\n${STATE}\nEND\n}; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'`;
  const out = (server: string): string => `${server} gets no requests: it was taken out by hand`;
  const back = (server: string): string => `${server} gets requests: it is declared drained, and was put back by hand`;

  test.each([
    ["clusters/host1", [out("clusters/host1")]],
    ["clusters/host2", [out("clusters/host2"), out("clusters_once/host2")]],
    ["clusters/host3", [back("clusters/host3")]],
    [
      "clusters/host4",
      [
        "clusters/host4 gets another share of the requests than declared, or none: its weight was changed by hand",
        "clusters/host4 is not checked: its health check was disabled by hand",
      ],
    ],
  ])("that somebody has changed by hand, of %s, whatever back end it was in", (which, expected) => {
    expect(findings(`check_in_rotation socket ${which}`, host)).toEqual(expected);
  });

  test("that somebody has changed by hand, of all back ends of a pool, and of no others", () => {
    const found = findings("check_in_rotation socket clusters", host);
    expect(found.map((one) => one.split(" ")[0])).toEqual([
      "clusters/host1",
      "clusters/host2",
      "clusters/host3",
      "clusters/host4",
      "clusters/host4",
      "clusters_once/host2",
    ]);
  });

  test.each([
    ["clusters/host2", ["clusters/host2"]],
    ["clusters_once/host2", ["clusters_once/host2"]],
    ["clusters/host4", []],
  ])("that get no request of %s at all", (which, expected) => {
    expect(findings(`haproxy_out_of_rotation socket ${which}`, host)).toEqual(expected);
  });
});

describe("a component", () => {
  function given(files: Record<string, string>): void {
    mkdirSync(join(folder(), "state/components/it"), { recursive: true });
    mkdirSync(join(folder(), "kinds"), { recursive: true });
    const drift = 'drift() { echo "looked at $(param a) in $state"; }\n';
    writeFileSync(join(folder(), "kinds/known.sh"), drift);
    writeFileSync(join(folder(), "kinds/other.sh"), "converge() { :; }\n");
    Object.entries(files).forEach(([name, text]) => writeFileSync(join(folder(), "state/components/it", name), text));
    chmodSync(folder(), 0o755);
  }
  const OLD = "it was deployed by a release that noted less; what is otherwise is known after its next deploy";
  const MANIFEST = "@param a\n|value\n@end\n";
  const HASH = createHash("sha256").update(MANIFEST).digest("hex");
  const check = (kind: string, hash = HASH): string[] => findings(`scripts=$2; check_component ${kind} it ${hash}`);

  test.each([
    ["that never came", {}, ["nothing of it is on this host"]],
    ["whose last deploy failed", { manifest: MANIFEST }, ["the last deploy of it has failed"]],
    ["that came", { manifest: MANIFEST, converged: MANIFEST, ledger: "" }, ["looked at value in /state/components/it"]],
  ])("%s", (_, files, expected) => {
    given(files);
    expect(check("known")).toEqual(expected);
  });

  test("that a former release has deployed", () => {
    given({ manifest: MANIFEST, converged: MANIFEST });
    expect(check("other")).toEqual([OLD]);
  });

  test("of which nothing can be looked at is as it was", () => {
    given({ manifest: MANIFEST, converged: MANIFEST, ledger: "" });
    expect(check("other")).toEqual([]);
  });

  test("that is declared as something else than what came", () => {
    given({ manifest: MANIFEST, converged: MANIFEST, ledger: "" });
    const finding = "what is declared has not been deployed, or a deploy of it was killed";
    expect(check("known", createHash("sha256").update("@end\n").digest("hex"))).toEqual([finding]);
  });

  test("of which Terraform alone knows the whole declaration", () => {
    given({ manifest: MANIFEST, converged: MANIFEST, ledger: "" });
    expect(check("known", "unknown")).toEqual(["looked at value in /state/components/it"]);
  });
});

test("WHEN a deploy is at work on the host, THEN nothing is looked at, and it is said why", () => {
  // GIVEN
  const sandbox = new Sandbox(folder());
  const lock = join(folder(), "run/cdktf-zato/lock");
  sandbox.write("/run/cdktf-zato/lock", "");
  const ask = (before: string): BashResult =>
    bash(`${before}; echo "server it unknown" | bash "$2"`, [lock, join(sandbox.scripts, "drift.sh")]);

  // WHEN
  const run = ask('exec 9>"$1"; flock 9');

  // THEN
  const stderr = "a deploy is at work on this host; ask again when it has ended\n";
  expect(run).toEqual({ status: 1, stdout: "", stderr });
  expect(ask(":")).toEqual({ status: 0, stdout: "it\tnothing of it is on this host\n", stderr: "" });
});
