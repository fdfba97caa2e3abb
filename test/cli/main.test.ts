import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, BashResult, temporaryFolder } from "../support/bash";
import { HOST_KEY, newDeployment, newStack } from "../support/stack";
import { Template } from "../support/template";

const ROOT = join(__dirname, "..", "..");
const MAIN = join(ROOT, "lib", "cli", "main.ts");

const folder = temporaryFolder();

jest.setTimeout(60_000);

/** Runs the program with an `ssh` of the test's own: a bash program. */
function cdktfZato(args: readonly string[], ssh = "exit 255"): BashResult {
  mkdirSync(join(folder(), "bin"), { recursive: true });
  writeFileSync(join(folder(), "bin", "ssh"), `#!/bin/bash\n${ssh}\n`);
  chmodSync(join(folder(), "bin", "ssh"), 0o755);
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", MAIN, ...args], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, PATH: `${join(folder(), "bin")}:${process.env.PATH}`, FOLDER: folder() },
  });
  return { status, stdout, stderr };
}

function stack(): string {
  const declared = newStack();
  newDeployment(declared).addCache("A");
  writeFileSync(join(folder(), "cdk.tf.json"), Template.synth(declared).text);
  return folder();
}

const SAME = `{"zato_cache_builtin/A": {"declared": {"max_size": "1"}, "actual": {"max_size": "1"}}}`;
const OTHER = `{"zato_cache_builtin/A": {"declared": {"max_size": "1"}, "actual": {"max_size": "2"}}}`;

describe("usage", () => {
  test.each([[[]], [["verify"]], [["destroy", "x"]], [["verify", "x", "y"]]])("%j is a wrong call", (args) => {
    expect(cdktfZato(args)).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(/^usage: cdktf-zato verify STACK_FOLDER\n/) as string,
    });
  });

  test("is shown to whoever asks", () => {
    expect(cdktfZato(["--help"])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(
        "exit status: 0 as declared, 1 something differs, 2 a cluster cannot be asked",
      ) as string,
      stderr: "",
    });
  });

  test("unknown options and missing stacks are said in one line", () => {
    expect(cdktfZato(["--nope"])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^cdktf-zato: Unknown option '--nope'.*\n$/) as string,
    });
    expect(cdktfZato(["verify", "/nowhere"])).toMatchObject({
      status: 2,
      stderr: "cdktf-zato: there is no synthesized stack in '/nowhere'; run 'cdktf synth' before\n",
    });
  });
});

describe("verify", () => {
  test("asks each host with its key pinned, and sends it what it should be", () => {
    // WHEN
    const ssh = `
      host=\${*: -2:1}
      cat >"$FOLDER/manifest-$host"; printf '%s\\n' "$@" >"$FOLDER/words-$host"
      for word; do case $word in UserKnownHostsFile=*) cp "\${word#*=}" "$FOLDER/known-$host" ;; esac; done
      echo '${SAME}'`;
    const result = cdktfZato(["verify", stack()], ssh);

    // THEN
    expect(result).toEqual({ status: 0, stdout: "host1 and host2 run exactly what is declared\n", stderr: "" });
    const words = readFileSync(join(folder(), "words-10.0.0.12"), "utf8").split("\n");
    expect(words).toEqual(expect.arrayContaining(["StrictHostKeyChecking=yes", "BatchMode=yes", "-l", "ops"]));
    expect(words.slice(-4)).toEqual([
      "--",
      "10.0.0.12",
      "sudo -n bash .cdktf-zato/scripts/verify.sh host2-content",
      "",
    ]);
    expect(readFileSync(join(folder(), "known-10.0.0.12"), "utf8")).toBe(`10.0.0.12 ${HOST_KEY}\n`);
    expect(readFileSync(join(folder(), "manifest-10.0.0.12"), "utf8")).toContain("@param cluster\n|host2\n");
  });

  test("ends with 1, and a table, when something differs", () => {
    const ssh = `case "$*" in *10.0.0.12*) echo '${OTHER}' ;; *) echo '${SAME}' ;; esac`;
    expect(cdktfZato(["verify", stack()], ssh)).toEqual({
      status: 1,
      stdout: [
        "object                host1  host2       declared",
        "zato_cache_builtin/A  same   max_size=2  max_size=1",
        "",
      ].join("\n"),
      stderr: "",
    });
  });

  test("ends with 2 when a host cannot be asked, and says what the others run", () => {
    const ssh = `case "$*" in *10.0.0.12*) echo 'some noise
no route to host' >&2; exit 255 ;; *) echo '${OTHER}' ;; esac`;
    expect(cdktfZato(["verify", stack()], ssh)).toEqual({
      status: 2,
      stdout: [
        "host2-content at 10.0.0.12 cannot be asked: no route to host",
        "object                host1       declared",
        "zato_cache_builtin/A  max_size=2  max_size=1",
        "",
      ].join("\n"),
      stderr: "",
    });
  });

  test("ends with 2 where there is no ssh", () => {
    const { status, stderr } = bash(`PATH=/nowhere "$1" --import tsx "$2" verify "$3"`, [
      process.execPath,
      MAIN,
      stack(),
    ]);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining("ENOENT") as string });
  });
});
