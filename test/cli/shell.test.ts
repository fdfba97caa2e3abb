import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FRAMEWORK } from "../../lib/framework";
import { temporaryFolder } from "../support/bash";
import { HOST_KEY, newDeployment, newHost, newStack, SSH as SSH_ACCESS } from "../support/stack";
import { synthTo } from "../support/synth";
import { compiledProgram } from "./support/program";

const folder = temporaryFolder();
const program = compiledProgram(folder);

jest.setTimeout(60_000);

/** Notes its words and known hosts, and plays the host. */
const SSH = `
  printf '%s\\n' "$@" >"$FOLDER/words"
  for word; do case $word in UserKnownHostsFile=*) known=$(tr -d '"' <<<"\${word#*=}"); cp "$known" "$FOLDER/known"; echo "$known" >"$FOLDER/place" ;; esac; done`;

function stack(): string {
  const declared = newStack();
  newDeployment(declared);
  return synthTo(folder(), declared);
}

const read = (name: string): string => readFileSync(join(folder(), name), "utf8");

test("a shell has the terminal, on a host whose key is pinned, and its exit status is the program's", () => {
  // WHEN
  const result = program.run(["ssh", stack(), "host2"], `${SSH}; echo out; echo err >&2; exit 3`);

  // THEN
  expect(result).toEqual({ status: 3, stdout: "out\n", stderr: "err\n" });
  const words = read("words").split("\n");
  expect(words).toEqual(expect.arrayContaining(["StrictHostKeyChecking=yes", "-l", "ops"]));
  expect(words.slice(-3)).toEqual(["--", "10.0.0.12", ""]);
  expect(read("known")).toBe(`10.0.0.12 ${HOST_KEY}\n`);
  expect(existsSync(read("place").trim())).toBe(false);
});

test.each([
  ["2001:db8:0:0::12", 22, "2001:db8:0:0::12"],
  ["2001:0DB8::12", 2222, "[2001:0DB8::12]:2222"],
  ["::ffff:10.0.0.12", 22, "::ffff:10.0.0.12"],
])(
  "the key of %s is looked for by the name under which it was written down, whatever ssh makes of the address",
  (address, port, name) => {
    // GIVEN
    const declared = newStack();
    const bastion = { address: "2001:db8:0::1", hostKey: HOST_KEY };
    newHost(declared, "host1", { address, ssh: { ...SSH_ACCESS, port, bastion } });

    // WHEN
    program.run(["ssh", synthTo(folder(), declared), "host1"], SSH);

    // THEN
    expect(read("known")).toBe(`${name} ${HOST_KEY}\n2001:db8:0::1 ${HOST_KEY}\n`);
    const words = read("words").split("\n");
    expect(words).toContain(`HostKeyAlias=${name}`);
    expect(words.find((word) => word.startsWith("ProxyCommand="))).toContain("'HostKeyAlias=2001:db8:0::1'");
  },
);

test("a command is what stands behind '--', options of its own too, and one line for the host's shell", () => {
  const result = program.run(["ssh", stack(), "host1", "--", "df", "--help", "--", "| head"], SSH);
  expect(result).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(read("words").split("\n").slice(-4)).toEqual(["--", "10.0.0.11", "df --help -- | head", ""]);
});

test("a host is known by its path too, and the only stack is the default", () => {
  const declared = newStack();
  newDeployment(declared);
  synthTo(join(folder(), "cdktf.out"), declared);
  expect(program.run(["ssh", "stack/host2"], SSH).status).toBe(0);
  expect(read("words")).toContain("10.0.0.12");
});

test("whoever ends the program ends ssh, and nothing stays", async () => {
  // GIVEN
  const child = program.start(["ssh", stack(), "host1"], `${SSH}; echo ready; exec sleep 60`);
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));

  // WHEN
  await new Promise((resolve) => child.stdout.once("data", resolve));
  child.kill("SIGTERM");

  // THEN
  expect(await ended).toBe(255);
  expect(existsSync(read("place").trim())).toBe(false);
});

test("a host that is not there is refused with those that are", () => {
  expect(program.run(["ssh", stack(), "host3"])).toEqual({
    status: 2,
    stdout: "",
    stderr: `${FRAMEWORK.library}: there is no host 'host3' in the stack in '${join(folder(), "stacks", "stack")}'; it has 'host1', 'host2'\n`,
  });
  expect(readdirSync(folder())).not.toContain("words");
});
