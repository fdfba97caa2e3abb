import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { wantsColours } from "../../lib/cli/terminal";
import type { Verification } from "../../lib/cli/verification";
import { FRAMEWORK } from "../../lib/framework";
import { newAwsStack, newEc2Host, newNetwork } from "../aws/support/stack";
import { bash, BashResult, temporaryFolder } from "../support/bash";
import { HOST_KEY, newDeployment, newHost, newStack } from "../support/stack";
import { complaintsOf } from "../support/json-schema";
import { documentIn, synthTo } from "../support/synth";
import { terraformThat, terraformWith } from "../support/terraform-program";
import { compiledProgram, ROOT } from "./support/program";

const folder = temporaryFolder();
const program = compiledProgram(folder);

jest.setTimeout(60_000);

/** Runs the program with an `ssh` of the test's own: bash programs for what clusters run, and for what was changed on hosts. */
function cdktfZato(
  args: readonly string[],
  ssh = "exit 255",
  drift = "cat >/dev/null",
  env: Readonly<Record<string, string>> = {},
): BashResult {
  return program.run(args, `case "$*" in *drift.sh) ${drift} ; exit ;; esac\n${ssh}`, env);
}

function stack(): string {
  const declared = newStack();
  newDeployment(declared).content.addCache("A");
  return synthTo(folder(), declared);
}

/** Where {@link stack} is. */
const stackFolder = (): string => join(folder(), "stacks", "stack");

const SAME = `{"zato_cache_builtin/A": {"declared": {"max_size": "1"}, "actual": {"max_size": "1"}}}`;
const OTHER = `{"zato_cache_builtin/A": {"declared": {"max_size": "1"}, "actual": {"max_size": "2"}}}`;

describe("usage", () => {
  test.each([
    [[], ""],
    [["destroy", "x"], "there is no command 'destroy'"],
    [["constructor", "x"], "there is no command 'constructor'"],
    [["verify", "x", "y"], "'verify' takes fewer words"],
    [["verify", "x", "--keys-only"], "'verify' has no option '--keys-only'"],
    [["restore", "host1"], "'restore' needs more words"],
    [["restore", "x", "host1", "y", "z"], "'restore' takes fewer words"],
    [["restore", "x", "host1", "y", "--json"], "'restore' has no option '--json'"],
    [["verify", "x", "--", "uptime"], "'verify' takes nothing behind '--'"],
    [["ssh"], "'ssh' needs more words"],
    [["ssh", "x", "host1", "uptime"], "'ssh' takes fewer words"],
    [["init", "x", "y"], "'init' takes a folder, and nothing else"],
    [["init", "--json"], "'init' takes a folder, and nothing else"],
  ])("%j is a wrong call, which is said before what a right one is", (args, problem) => {
    const { status, stdout, stderr } = cdktfZato(args);
    expect([status, stdout]).toEqual([2, ""]);
    const usage = `usage: ${FRAMEWORK.library} status [STACK]`;
    expect(stderr.startsWith(problem && `${FRAMEWORK.library}: ${problem}\n${usage}`)).toBe(true);
    expect(stderr).toContain(usage);
  });

  test("is shown to whoever asks", () => {
    expect(cdktfZato(["--help"])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(
        "exit status: 0 as declared, or restored; 1 something differs, or was not restored; 2 a host cannot be asked",
      ) as string,
      stderr: "",
    });
  });

  test.each([["--nope"], ["--json=yes"]])("the option %s, which there is not, is named before it", (option) => {
    expect(cdktfZato(["verify", option])).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(
        new RegExp(`^${FRAMEWORK.library}: .*'${option.split("=")[0]}.*\nusage: `),
      ) as string,
    });
  });

  test("the version is that of the package", () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
    expect(cdktfZato(["--version"])).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("missing stacks are said in one line", () => {
    expect(cdktfZato(["verify", "/nowhere"])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(
        new RegExp(`^${FRAMEWORK.library}: there is no synthesized stack with hosts in '/nowhere'.*\n$`),
      ) as string,
    });
  });
});

describe("without a stack's folder", () => {
  const synthesize = (output: string, ...names: string[]): void => {
    for (const name of names) {
      const declared = newStack({}, name);
      newDeployment(declared);
      synthTo(join(folder(), output), declared);
    }
  };

  test("the only stack is taken, where the framework puts it", () => {
    synthesize("cdktf.out", "production");
    mkdirSync(join(folder(), "cdktf.out", "stacks", "without-hosts"));
    expect(cdktfZato(["verify"], "exit 255")).toMatchObject({ status: 0, stdout: "all hosts are as deployed\n" });
    expect(cdktfZato(["restore", "host3", "backup.tar"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("no cluster 'host3' in the stack in 'cdktf.out/stacks/production'") as string,
    });
  });

  test("it is found where cdktf.json or the environment says", () => {
    synthesize("elsewhere", "production");
    writeFileSync(join(folder(), "cdktf.json"), JSON.stringify({ output: "elsewhere" }));
    expect(cdktfZato(["verify"])).toMatchObject({ status: 0 });
    synthesize("again", "a", "b");
    expect(cdktfZato(["verify"], "", "", { CDKTF_OUTDIR: "again" })).toMatchObject({ status: 2 });
  });

  test("one has to say which of several, and to synthesize one", () => {
    expect(cdktfZato(["verify"])).toMatchObject({
      status: 2,
      stderr:
        `${FRAMEWORK.library}: there is no synthesized stack with hosts in 'cdktf.out/stacks'; ` +
        `run '${FRAMEWORK.name} synth' before, or name the stack\n`,
    });
    synthesize("cdktf.out", "production", "staging");
    expect(cdktfZato(["verify"])).toMatchObject({
      status: 2,
      stdout: "",
      stderr: `${FRAMEWORK.library}: there are several stacks; say which: production, staging\n`,
    });
  });
});

describe("a stack's name", () => {
  beforeEach(() => {
    for (const name of ["production", "staging"]) {
      const declared = newStack({}, name);
      newDeployment(declared, { hosts: [newHost(declared, `${name}1`), newHost(declared, `${name}2`)] });
      synthTo(join(folder(), "cdktf.out"), declared);
    }
  });

  test("is as good as its folder", () => {
    for (const stack of ["staging", "cdktf.out/stacks/staging"]) {
      expect(cdktfZato(["verify", stack])).toMatchObject({ status: 0 });
      expect(cdktfZato(["logs", stack, "staging1-server1"], "exit 0")).toMatchObject({ status: 0, stderr: "" });
      expect(cdktfZato(["web-admin", stack, "nope"])).toMatchObject({
        status: 2,
        stderr: expect.stringContaining(
          "there is no cluster 'nope' in the stack in 'cdktf.out/stacks/staging'; it has 'staging1', 'staging2'",
        ) as string,
      });
    }
  });

  test("that there is not is said as it was typed", () => {
    expect(cdktfZato(["verify", "nope"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("no synthesized stack with hosts in 'nope'") as string,
    });
  });
});

describe("verify", () => {
  test("a host that is declared lost is not asked, and is no difference", () => {
    const declared = newStack();
    newDeployment(declared, {
      hosts: [newHost(declared, "host1", { lost: true }), newHost(declared, "host2")],
    }).content.addCache("A");
    synthTo(folder(), declared);
    const ssh = `case "$*" in *10.0.0.11*) exit 255 ;; esac; cat >/dev/null; echo '${SAME}'`;
    const drift = 'case "$*" in *10.0.0.11*) exit 255 ;; esac; cat >/dev/null';
    expect(cdktfZato(["verify", stackFolder()], ssh, drift)).toMatchObject({
      status: 0,
      stdout: "the host is as deployed\nhost2 runs exactly what is declared\n",
    });
  });

  test("asks each host with its key pinned, and sends it what it should be", () => {
    // WHEN
    const ssh = `
      host=\${*: -2:1}
      cat >"$FOLDER/manifest-$host"; printf '%s\\n' "$@" >"$FOLDER/words-$host"
      for word; do case $word in UserKnownHostsFile=*) cp "$(tr -d '"' <<<"\${word#*=}")" "$FOLDER/known-$host" ;; esac; done
      echo '${SAME}'`;
    const result = cdktfZato(["verify", stack()], ssh);

    // THEN
    const said = ["all hosts are as deployed", "host1 and host2 run exactly what is declared", ""].join("\n");
    expect(result).toEqual({ status: 0, stdout: said, stderr: "" });
    const words = readFileSync(join(folder(), "words-10.0.0.12"), "utf8").split("\n");
    expect(words).toEqual(
      expect.arrayContaining(["StrictHostKeyChecking=yes", "BatchMode=yes", "ServerAliveInterval=20", "-l", "ops"]),
    );
    expect(words.slice(-4)).toEqual([
      "--",
      "10.0.0.12",
      "echo @cdktf-zato; sudo -n bash .cdktf-zato/scripts/verify.sh host2-content",
      "",
    ]);
    expect(readFileSync(join(folder(), "known-10.0.0.12"), "utf8")).toBe(`10.0.0.12 ${HOST_KEY}\n`);
    expect(readFileSync(join(folder(), "manifest-10.0.0.12"), "utf8")).toContain("@param cluster\n|host2\n");
  });

  test("ends with 1, and a table, when something differs", () => {
    const ssh = `case "$*" in *10.0.0.12*) echo '${OTHER}' ;; *) echo '${SAME}' ;; esac`;
    const { status, stdout } = cdktfZato(["verify", stack()], ssh);
    expect(status).toBe(1);
    // The content of the cluster that differs, and of no other.
    expect(stdout.replace(/_state_\w{8}'/, "_state'")).toBe(
      [
        "all hosts are as deployed",
        "object                host1  host2       declared",
        "zato_cache_builtin/A  same   max_size=2  max_size=1",
        `to put it right: terraform -chdir='${stackFolder()}' apply -replace='null_resource.zato_content_host2_state'`,
        "",
      ].join("\n"),
    );
  });

  test("prints nothing that terminals obey", () => {
    const undeclared = JSON.stringify({ "zato_cache_builtin/\x1b[2J\x9b1mÄ": { declared: null, actual: {} } });
    expect(cdktfZato(["verify", stack()], `echo '${undeclared}'`).stdout).toMatch(/^zato_cache_builtin\/\[2J1mÄ {2}/m);
  });

  test("prints no command for what nobody declared, which a deploy leaves where it is", () => {
    const undeclared = JSON.stringify({ "zato_cache_builtin/B": { declared: null, actual: { max_size: "1" } } });
    const { status, stdout } = cdktfZato(["verify", stack()], `echo '${undeclared}'`);
    expect(status).toBe(1);
    expect(stdout).toContain("zato_cache_builtin/B");
    expect(stdout).not.toContain("to put it right");
  });

  test("ends with 2 when a host cannot be asked, and says what the others run", () => {
    const ssh = `case "$*" in *10.0.0.12*) echo 'some noise
no route to host' >&2; exit 255 ;; *) echo '${OTHER}' ;; esac`;
    const { status, stdout } = cdktfZato(["verify", stack()], ssh);
    expect(status).toBe(2);
    expect(stdout.split("\n").slice(0, -2)).toEqual([
      "all hosts are as deployed",
      "host2-content at 10.0.0.12 cannot be asked: no route to host",
      "object                host1       declared",
      "zato_cache_builtin/A  max_size=2  max_size=1",
    ]);
  });

  describe("asks each host once what was changed on it", () => {
    const quiet = `echo '${SAME}'`;

    function withoutContent(): string {
      const declared = newStack();
      newDeployment(declared);
      return synthTo(folder(), declared);
    }

    test("telling it what is declared for it", () => {
      const drift = `echo "$*" >>"$FOLDER/asked"; cat >"$FOLDER/declared-\${*: -2:1}"`;
      expect(cdktfZato(["verify", withoutContent()], quiet, drift)).toEqual({
        status: 0,
        stdout: "all hosts are as deployed\n",
        stderr: "",
      });
      expect(readFileSync(join(folder(), "asked"), "utf8").split("\n")).toHaveLength(3);
      const declared = readFileSync(join(folder(), "declared-10.0.0.12"), "utf8").split("\n").sort();
      expect(declared.map((line) => line.replace(/ [0-9a-f]{64}$/, ""))).toEqual([
        "",
        "cluster host2-registration",
        "installation host2-installation",
        "load-balancer host2-load-balancer",
        "odb host2-odb",
        "scheduler host2-scheduler",
        "server host2-server1",
        "server host2-server2",
        "web-admin host2-web-admin",
      ]);
    });

    test("ends with 1, names what it is, and prints the command that puts it right", () => {
      const drift = `cat >/dev/null
        case "$*" in *10.0.0.12*) printf 'host2-server1\\tx.service does not run\\nhost2-server1\\ty was changed\\nnobody\\tz\\n' ;; esac`;
      const { status, stdout } = cdktfZato(["verify", stack()], quiet, drift);
      expect(status).toBe(1);
      expect(stdout.replace(/_state_\w{8}/, "_state")).toBe(
        [
          "host2-server1 at 10.0.0.12: x.service does not run",
          "host2-server1 at 10.0.0.12: y was changed",
          "host1 and host2 run exactly what is declared",
          `to put it right: terraform -chdir='${stackFolder()}' apply -replace='null_resource.zato_host2_server1_state'`,
          "",
        ].join("\n"),
      );
    });

    test("ends with 2 when one does not answer, and says what was found on the others", () => {
      const drift = `cat >/dev/null
        case "$*" in *10.0.0.12*) echo 'no route' >&2; exit 255 ;; *) printf 'host1-odb\\tx\\n' ;; esac`;
      const { status, stdout } = cdktfZato(["verify", stack()], quiet, drift);
      expect(status).toBe(2);
      expect(stdout).toContain("the host 10.0.0.12 cannot be asked: no route\nhost1-odb at 10.0.0.11: x\n");
    });
  });

  test("does not listen to what a login shell says first", () => {
    const ssh = `echo 'Welcome to host1'; echo @cdktf-zato; echo '${SAME}'`;
    const drift = "cat >/dev/null; printf 'Have\\ta nice day\\n@cdktf-zato\\n'";
    expect(cdktfZato(["verify", stack()], ssh, drift)).toMatchObject({ status: 0, stderr: "" });
  });

  test("says what to do where sudo wants a terminal", () => {
    const tty = "cat >/dev/null; echo 'sudo: sorry, you must have a tty to run sudo' >&2; exit 1";
    const { status, stdout } = cdktfZato(["verify", stack()], tty, tty);
    expect(status).toBe(2);
    expect(stdout).toContain(
      "the host 10.0.0.12 cannot be asked: sudo wants a terminal of ops ('requiretty'); " +
        "put 'Defaults:ops !requiretty' into a file in /etc/sudoers.d there\n",
    );
  });

  describe("--json prints for machines", () => {
    const verified = (ssh: string, drift?: string): { status: number | null; said: Verification } => {
      const { status, stdout } = cdktfZato(["verify", stack(), "--json"], ssh, drift);
      const said = JSON.parse(stdout) as Verification;
      expect(complaintsOf("verify.schema.json", said)).toEqual([]);
      expect(said.status).toBe(status);
      return { status, said };
    };

    test("that all is as declared", () => {
      expect(verified(`echo '${SAME}'`)).toEqual({
        status: 0,
        said: {
          version: 1,
          stack: stackFolder(),
          status: 0,
          hosts: ["host1", "host2"].map((name) => ({ path: `stack/${name}`, name, reason: "", findings: [] })),
          clusters: ["host1", "host2"].map((name) => ({ path: `stack/zato/${name}`, name, reason: "" })),
          differences: [],
          replace: [],
          command: "",
        },
      });
    });

    test("what differs, who was not asked, and the command that puts it right", () => {
      const ssh = `case "$*" in *10.0.0.12*) echo 'no route' >&2; exit 255 ;; *) echo '${OTHER}' ;; esac`;
      const { status, said } = verified(ssh, `cat >/dev/null; printf 'host1-odb\\tx\\n'`);
      expect(status).toBe(2);
      expect(said).toMatchObject({
        hosts: [{ findings: [{ component: "host1-odb", text: "x" }] }, { findings: [] }],
        clusters: [
          { name: "host1", reason: "" },
          { name: "host2", reason: "no route" },
        ],
        differences: [
          {
            object: "zato_cache_builtin/A",
            found: { host1: { declared: { max_size: "1" }, actual: { max_size: "2" } } },
          },
        ],
        replace: [
          expect.stringMatching(/^null_resource\.zato_host1_odb_state_/),
          expect.stringMatching(/^null_resource\.zato_content_host1_state_/),
        ],
      });
      expect(said.command).toBe(
        `terraform -chdir='${stackFolder()}' apply ${said.replace.map((one) => `-replace='${one}'`).join(" ")}`,
      );
    });
  });

  describe("asks machines of EC2", () => {
    const hosts = ["host1", "host2"];

    function awsStack(): { readonly stackFolder: string; readonly resources: Record<string, string> } {
      const declared = newAwsStack();
      const network = newNetwork(declared);
      newDeployment(declared, { hosts: hosts.map((id) => newEc2Host(declared, id, network, { elasticIp: true })) });
      const folderOfStack = synthTo(folder(), declared);
      const { hosts: inDocument } = documentIn(folderOfStack);
      return {
        stackFolder: folderOfStack,
        resources: Object.fromEntries(inDocument.map(({ name, resources }) => [name, resources.lifetime])),
      };
    }

    test("where Terraform's state says that they are", () => {
      const { stackFolder: where, resources } = awsStack();
      const values = Object.fromEntries(
        hosts.map((name, index) => [resources[name]!, { input: { host: `198.51.100.${index + 1}` } }]),
      );
      const env = { TERRAFORM_BINARY_NAME: terraformWith(folder(), values) };
      const drift = `cat >/dev/null; echo "\${*: -2:1}" >>"$FOLDER/asked"`;
      expect(cdktfZato(["verify", where], "", drift, env)).toEqual({
        status: 0,
        stdout: "all hosts are as deployed\n",
        stderr: "",
      });
      expect(readFileSync(join(folder(), "asked"), "utf8").split("\n").sort()).toEqual([
        "",
        "198.51.100.1",
        "198.51.100.2",
      ]);
      writeFileSync(join(folder(), "b.tar"), "b");
      expect(cdktfZato(["restore", where, "host2", "b.tar"], "cat; exit 1", undefined, env)).toEqual({
        status: 1,
        stdout: "bhost2 at 198.51.100.2 was not restored\n",
        stderr: "",
      });
    });

    test("and says of which it does not, by their names", () => {
      const { stackFolder: where, resources } = awsStack();
      const env = {
        TERRAFORM_BINARY_NAME: terraformWith(folder(), { [resources.host2!]: { input: { host: "198.51.100.2" } } }),
      };
      const { status, stdout } = cdktfZato(["verify", where], "", "cat >/dev/null; printf 'host2-odb\\tx\\n'", env);
      expect(status).toBe(2);
      expect(stdout).toContain(
        "the host host1 cannot be asked: the address of the host 'host1' is only known to Terraform, and not in its state: ",
      );
      expect(stdout).toContain("host2-odb at 198.51.100.2: x\n");
    });
  });

  test("ends with 2 where there is no ssh", () => {
    const { status, stderr } = bash(`NODE_PATH=$4 PATH=/nowhere "$1" "$2" verify "$3"`, [
      process.execPath,
      program.main(),
      stack(),
      join(ROOT, "node_modules"),
    ]);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining("ENOENT") as string });
  });
});

describe("plan", () => {
  const SHOWN = {
    resource_changes: [
      {
        address: "null_resource.zato_host1_server1_state_2A8730A3",
        type: "null_resource",
        name: "zato_host1_server1_state_2A8730A3",
        action_reason: "replace_by_request",
        change: { actions: ["delete", "create"], before: { triggers: {} }, after: { triggers: {} } },
      },
    ],
  };
  const LINE = "host1 server1  brought again (asked for by -replace)";

  /** With a Terraform of the test's own, which notes what it is called with, and of which file. */
  const planned = (args: readonly string[], ofPlan = "true"): BashResult => {
    const where = stack();
    writeFileSync(join(folder(), "shown"), JSON.stringify(SHOWN));
    const program = `case $1 in
      plan) file=\${4#-out=}; echo "$(stat -c %a "$file" "$(dirname "$file")" | paste -sd ' ') $file" >"${folder()}/kept"
        echo secret >"$file"; ${ofPlan} ;;
      show) echo "$4" >>"${folder()}/kept"; cat "${folder()}/shown" ;;
    esac`;
    return cdktfZato(["plan", where, ...args], undefined, undefined, {
      TERRAFORM_BINARY_NAME: terraformThat(folder(), program),
    });
  };
  const kept = (): string[] => readFileSync(join(folder(), "kept"), "utf8").trim().split("\n");

  test("makes a plan that nobody else can read, tells it without colours, and leaves nothing of it", () => {
    // WHEN
    const { status, stdout, stderr } = planned([]);

    // THEN
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.split("\n").slice(3)).toEqual([`  ${LINE}`, "", `to do it: ${FRAMEWORK.name} deploy stack`, ""]);
    expect(stdout).not.toContain("\u001b");
    const [made, shown] = kept();
    expect(made).toBe(`600 700 ${shown}`);
    expect(existsSync(dirname(shown!))).toBe(false);
  });

  test("tells a plan that is there, and how to do it", () => {
    writeFileSync(join(folder(), "a plan"), "");
    const { status, stdout } = planned(["--plan", "a plan"]);
    const file = join(realpathSync(folder()), "a plan");
    expect(status).toBe(0);
    expect(kept()).toEqual([file]);
    expect(stdout).toContain(LINE);
    expect(stdout).toMatch(new RegExp(`to do it: \\S+ -chdir='${stackFolder()}' apply '${file}'\n$`));
  });

  test("--markdown and --json", () => {
    expect(planned(["--markdown"]).stdout).toContain(
      "| `host1 server1` | brought again (asked for by -replace) |  |\n",
    );
    const report = JSON.parse(planned(["--json"]).stdout) as unknown;
    expect(complaintsOf("plan.schema.json", report)).toEqual([]);
    expect(report).toMatchObject({ version: 1, stack: stackFolder(), steps: [{ parts: [{ effect: "again" }] }] });
  });

  test.each([
    [
      "echo '│ Error: first' >&2; echo '│ Error: no value for variable' >&2; echo >&2; exit 1",
      "│ Error: no value for variable",
    ],
    ["echo 'what it said last' >&2; exit 3", "what it said last"],
  ])("ends with 2 and the last error where Terraform ends with %j, and leaves nothing", (program, said) => {
    const { status, stdout, stderr } = planned([], program);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/'\S+ plan' in '.*' does not say what would be done: /);
    expect(stderr.trimEnd().endsWith(said)).toBe(true);
    expect(existsSync(dirname(kept()[0]!.split(" ")[2]!))).toBe(false);
  });

  test.each([[["--plan"]], [["x", "y"]], [["--keys-only"]]])("%j is a wrong call", (args) => {
    expect(planned(args)).toMatchObject({ status: 2, stdout: "" });
  });

  test("colours are for terminals, and not with NO_COLOR", () => {
    const isTTY = process.stdout.isTTY;
    const wants = (terminal: boolean, noColor?: string): boolean => {
      process.stdout.isTTY = terminal;
      process.env.NO_COLOR = noColor ?? "";
      return wantsColours();
    };
    expect([wants(true), wants(true, "1"), wants(false)]).toEqual([true, false, false]);
    process.stdout.isTTY = isTTY;
    delete process.env.NO_COLOR;
  });
});

describe("restore", () => {
  const backup = (): string => {
    writeFileSync(join(folder(), "host2.tar"), "what was kept \u0000 of it");
    return join(folder(), "host2.tar");
  };

  test("hands the backup to the host of the cluster, shows what it says, and leaves nothing there", () => {
    // GIVEN a host that plays the commands that it gets
    const home = join(folder(), "home");
    mkdirSync(join(home, ".cdktf-zato", "scripts"), { recursive: true });
    const script = `printf '%s\\n' "[host2] restore: $1 with \${*:3}"; stat -c %a "$2"; cp "$2" received`;
    writeFileSync(join(home, ".cdktf-zato", "scripts", "restore.sh"), script);
    const ssh = `
      [ "\${*: -2:1}" = 10.0.0.12 ] || exit 255
      cd "$FOLDER/home"; sudo() { shift; "$@"; }; export -f sudo
      exec bash -c "\${*: -1}"`;

    // WHEN
    const results = [[], ["--keys-only"], ["--from-another", "--discard"]].map((words) =>
      cdktfZato(["restore", stack(), "host2", backup(), ...words], ssh),
    );

    // THEN
    expect(results).toEqual([
      { status: 0, stdout: "[host2] restore: host2 with \n600\n", stderr: "" },
      { status: 0, stdout: "[host2] restore: host2 with --keys-only\n600\n", stderr: "" },
      { status: 0, stdout: "[host2] restore: host2 with --from-another --discard\n600\n", stderr: "" },
    ]);
    expect(readFileSync(join(home, "received"), "utf8")).toBe("what was kept \u0000 of it");
    expect(readdirSync(join(home, ".cdktf-zato"))).toEqual(["scripts"]);
  });

  test("ends with 1, and the host's reason, when nothing was restored", () => {
    const ssh = "cat >/dev/null; echo 'no route to host' >&2; exit 255";
    expect(cdktfZato(["restore", stack(), "host1", backup()], ssh)).toEqual({
      status: 1,
      stdout: "host1 at 10.0.0.11 was not restored: no route to host\n",
      stderr: "",
    });
  });

  test("touches nothing on a host that is declared lost: its scheduler would be started beside another one", () => {
    const declared = newStack();
    newDeployment(declared, { hosts: [newHost(declared, "host1", { lost: true }), newHost(declared, "host2")] });
    const { status, stderr } = cdktfZato(
      ["restore", synthTo(folder(), declared), "host1", backup()],
      'touch "$FOLDER/asked"',
    );
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining(
        "the host 'host1' of the cluster 'host1' is declared lost, and its scheduler may run elsewhere; ",
      ),
    ]);
    expect(existsSync(join(folder(), "asked"))).toBe(false);
  });

  test("ends with 2 for a cluster or a file that is not there", () => {
    expect(cdktfZato(["restore", stack(), "host3", backup()])).toMatchObject({
      status: 2,
      stderr: `${FRAMEWORK.library}: there is no cluster 'host3' in the stack in '${stackFolder()}'; it has 'host1', 'host2'\n`,
    });
    expect(cdktfZato(["restore", stack(), "host1", "/nowhere.tar"])).toMatchObject({
      status: 2,
      stderr: `${FRAMEWORK.library}: there is no backup '/nowhere.tar'\n`,
    });
  });
});

describe("topology", () => {
  test("prints what lies beside the stack, and asks nobody", () => {
    const { status, stdout, stderr } = cdktfZato(["topology", stack()]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toBe(readFileSync(join(stackFolder(), "topology.mmd"), "utf8"));
  });

  test.each([
    ["--dot", /^digraph \{\n/],
    ["--svg", /^<\?xml [^]*<\/svg>\n$/],
    ["--content", /^flowchart LR\n/],
  ])("%s prints it otherwise", (option, expected) => {
    expect(cdktfZato(["topology", stack(), option])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(expected) as string,
      stderr: "",
    });
  });

  test("--svg says what to install where there is no Graphviz", () => {
    // GIVEN
    const packages = join(folder(), "packages");
    mkdirSync(packages);
    for (const name of readdirSync(join(ROOT, "node_modules")).filter((one) => one !== "@viz-js")) {
      symlinkSync(join(ROOT, "node_modules", name), join(packages, name));
    }

    // THEN
    expect(cdktfZato(["topology", stack(), "--svg"], "", "", { NODE_PATH: packages })).toEqual({
      status: 2,
      stdout: "",
      stderr:
        `${FRAMEWORK.library}: '--svg' needs Graphviz, which ${FRAMEWORK.library} does not bring along; ` +
        "run 'npm install @viz-js/viz', or leave the option out: Mermaid and '--dot' need nothing\n",
    });
  });
});
