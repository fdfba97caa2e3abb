import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { run, waitUntil, type CommandResult } from "../../lab/process";

const STEPS = path.join(__dirname, "../../scripts/ci/steps.sh");

let folder: string;

beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "ci-steps-"))));

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A CI of some lanes, each a list of steps' scripts, named a1, a2 …, b1 … */
function program(lanes: Readonly<Record<string, readonly string[]>>): string {
  const functions = Object.entries(lanes).map(
    ([name, scripts]) =>
      `${name}() { ${scripts.map((script, index) => `step ${name}${index + 1} '${script}'`).join("; ")}; }\n`,
  );
  return [
    `set -euo pipefail\n. "${STEPS}"\ntrap end_steps EXIT\ntrap "exit 143" TERM\n`,
    ...functions,
    `in_lanes ${Object.keys(lanes).join(" ")}\nsummarize\n`,
  ].join("");
}

function runSteps(lanes: Readonly<Record<string, readonly string[]>>): Promise<CommandResult> {
  return run("bash", ["-c", program(lanes)], { env: { ...process.env, TMPDIR: folder } });
}

const lastLine = (text: string): string | undefined => text.trim().split("\n").at(-1);

test("a step that fails is counted, and the later ones run", async () => {
  const { status, stdout } = await runSteps({ a: ["false", "echo later"] });
  expect(lastLine(stdout)).toBe("1 passed, 1 failed");
  expect(stdout).toMatch(/FAILED with status 1/);
  expect(stdout).toContain("\nlater\n");
  expect(status).toBe(1);
});

test("a step ends at its first command that fails, in a pipe as well", async () => {
  const { stdout } = await runSteps({ a: ["false | true; echo went on"] });
  expect(stdout).not.toContain("went on");
  expect(lastLine(stdout)).toBe("0 passed, 1 failed");
});

test.each([
  ["Tests:       2 failed, 1 skipped, 40 passed, 43 total", "40 passed, 3 failed", 1],
  ["Tests:       40 passed, 40 total", "41 passed, 0 failed", 0],
  ["Ran 12 tests in 3.4s\n\nFAILED (failures=2, errors=1)", "9 passed, 4 failed", 1],
  ["Ran 12 tests in 3.4s\n\nOK (skipped=2)", "11 passed, 0 failed", 0],
])("the tests of a step are counted from what it says: %s", async (said, counted, status) => {
  writeFileSync(path.join(folder, "said"), `${said}\n`);
  const { stdout } = await runSteps({ a: [`cat ${folder}/said; exit ${status}`] });
  expect(lastLine(stdout)).toBe(counted);
});

test("what failed is told once more before the summary, in a few lines for each test, without where", async () => {
  // GIVEN what Jest prints, which tells of a failure twice
  const failure = [
    "  ● orders › keeps all",
    "",
    "    expect(received).toBe(expected)",
    "      at test/x.test.ts:3:4",
    "more",
  ];
  writeFileSync(path.join(folder, "said"), ["PASS a.test.ts", ...failure, "Summary", ...failure, ""].join("\n"));

  // WHEN
  const { stdout } = await runSteps({ a: [`cat ${folder}/said; false`, `cat ${folder}/said`] });

  // THEN
  expect(stdout.split("=== what failed\n")[1]!.split("\n\n")[0]).toBe(
    ["a1: ● orders › keeps all", "a1:     expect(received).toBe(expected)"].join("\n"),
  );
});

describe("what fails is run once more", () => {
  const first = [
    "FAIL test/x.test.ts (3 s)",
    "  ✓ opens (2 ms)",
    "  ✕ closes",
    "",
    "  ● closes",
    "",
    "    it is late",
    "PASS test/y.test.ts",
    "  ✓ sleeps",
    "Summary of all failing tests",
    "FAIL test/x.test.ts (3 s)",
    "  ● closes",
    "    it is late",
    "Tests:       1 failed, 2 passed, 3 total",
    "",
  ];
  const steps = (second: string, status: number): Promise<CommandResult> => {
    writeFileSync(path.join(folder, "first"), first.join("\n"));
    writeFileSync(path.join(folder, "second"), `${second}\n`);
    return runSteps({ a: [`cat ${folder}/first; once_more; cat ${folder}/second; exit ${status}`] });
  };

  test("WHEN it passes then, THEN each test counts once, and the summary tells what failed at first", async () => {
    const { status, stdout } = await steps("PASS test/x.test.ts\nTests:       2 passed, 2 total", 0);
    expect(lastLine(stdout)).toBe("4 passed, 0 failed");
    expect(stdout).toContain("=== what failed at first, and was run once more\na1: ● closes\na1:     it is late\n");
    expect(stdout).not.toContain("=== what failed\n");
    expect(status).toBe(0);
  });

  test("WHEN it fails again, THEN it has failed", async () => {
    const again = "FAIL test/x.test.ts\n  ● closes\n    it is broken\nTests:       1 failed, 1 passed, 2 total";
    const { status, stdout } = await steps(again, 1);
    expect(lastLine(stdout)).toBe("2 passed, 2 failed");
    expect(stdout).toContain("=== what failed\na1: ● closes\na1:     it is broken\n");
    expect(status).toBe(1);
  });

  test("WHEN nothing ran the second time, THEN the step has failed all the same", async () => {
    const { status, stdout } = await steps("the lab does not start", 1);
    expect(lastLine(stdout)).toBe("1 passed, 1 failed");
    expect(status).toBe(1);
  });
});

test("where nothing failed, nothing is told", async () => {
  expect((await runSteps({ a: ["true"] })).stdout).not.toContain("what failed");
});

test("a lane that ends before its last step is a failure", async () => {
  const { status, stdout } = await runSteps({ a: ["kill $PPID; sleep 1", "echo never"], b: ["true"] });
  expect(stdout).not.toContain("never\n");
  expect(lastLine(stdout)).toBe("1 passed, 1 failed");
  expect(status).toBe(1);
});

test("lanes run beside each other, and what their steps say is not mixed", async () => {
  // GIVEN each waits for the other
  const meet = (own: string, other: string): string =>
    `for i in 1 2 3; do echo ${own}$i; touch ${folder}/${own}$i; until [ -e ${folder}/${other}$i ]; do sleep 0.02; done; done`;

  // WHEN
  const { stdout } = await runSteps({ a: [meet("x", "y")], b: [meet("y", "x")] });

  // THEN
  expect(stdout).toContain("x1\nx2\nx3\n");
  expect(stdout).toContain("y1\ny2\ny3\n");
  expect(lastLine(stdout)).toBe("2 passed, 0 failed");
});

test("an interruption ends what runs, shows how far it came, and leaves nothing", async () => {
  // GIVEN
  const script = `echo so far; echo $$ >${folder}/pid; sleep 300 & wait`;
  const child = spawn("bash", ["-c", program({ a: [script] })], { env: { ...process.env, TMPDIR: folder } });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise((resolve) => child.on("close", resolve));
  const pidOf = (): string => {
    try {
      return readFileSync(path.join(folder, "pid"), "utf8").trim();
    } catch {
      return "";
    }
  };
  await waitUntil("the step", 10_000, () => (pidOf() === "" ? "not begun" : undefined));

  // WHEN
  child.kill("SIGTERM");

  // THEN
  expect(await ended).toBe(143);
  expect(said).toContain("so far\n=== a1 was interrupted");
  await waitUntil("the end of the step", 5_000, async () => {
    const { stdout } = await run("ps", ["-o", "stat=", "-p", pidOf()]);
    return stdout === "" || stdout.startsWith("Z") ? undefined : stdout; // nobody may have asked for its status yet
  });
  expect((await run("ls", [folder])).stdout).toBe("pid\n");
});
