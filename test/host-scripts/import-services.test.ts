import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

interface Tried {
  readonly status: number | null;
  readonly stdout: string;
}

/** Imports files with services, with the modules and in the environment that a server has. */
function tried(
  files: Readonly<Record<string, string>>,
  { secrets = [], seconds = 60 }: { secrets?: readonly string[]; seconds?: number } = {},
): Tried {
  const [services, modules, server] = ["hot-deploy", "modules", "server1"].map((name) => join(folder(), name));
  [services, modules, server].forEach((path) => mkdirSync(path!, { recursive: true }));
  writeFileSync(join(modules!, "money.py"), "RATE = 1\n");
  Object.entries(files).forEach(([name, text]) => writeFileSync(join(services!, name), text));
  const secretFiles = secrets.map((_, index) => join(folder(), `secret${index}`));
  secretFiles.forEach((file, index) => writeFileSync(file, secrets[index]!));
  const script = join(HOST_SCRIPTS, "import_services.py");
  const { status, stdout, stderr } = spawnSync("python3", ["-B", script, services!, String(seconds), ...secretFiles], {
    encoding: "utf8",
    cwd: server,
    env: { ...process.env, PYTHONPATH: modules, PARTNER: "pa$s'word" },
  });
  expect(stderr).toBe("");
  return { status, stdout: stdout.replaceAll(folder(), "") };
}

describe("files of services that can be imported", () => {
  test("are imported in the order in which servers do it, with modules, and nothing is said of it", () => {
    expect(
      tried({
        "a.py": "import common_base, model_a, util_b, money\n",
        "common_base.py": "print('hello')\n",
        "model_a.py": "import util_b\n",
        "util_b.py": "import common_base\n",
      }),
    ).toEqual({ status: 0, stdout: "" });
  });

  test("may begin threads that never end", () => {
    const source = "import threading, time\nthreading.Thread(target=lambda: time.sleep(600)).start()\n";
    expect(tried({ "a.py": source })).toEqual({ status: 0, stdout: "" });
  });

  test("find no module of ours by the names that users give to their own", () => {
    expect(tried({ "a.py": "import inventory\n" }).stdout).toContain(
      "ModuleNotFoundError: No module named 'inventory'",
    );
  });
});

describe("files of services that cannot be imported are told with the cause, from the file on:", () => {
  test.each([
    ["a module that is not there", "import nosuchmodule", "ModuleNotFoundError: No module named 'nosuchmodule'"],
    ["an exception", "rate = 1 / 0", "ZeroDivisionError: division by zero"],
    ["an exit", "import sys\nsys.exit(3)", "SystemExit: 3"],
    ["an interrupt", "raise KeyboardInterrupt", "KeyboardInterrupt"],
  ])("%s", (_, source, cause) => {
    const { status, stdout } = tried({ "bad.py": `"""Orders."""\n${source}\n`, "good.py": "" });
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^bad\.py:\nTraceback \(most recent call last\):\n {2}File "\/hot-deploy\/bad\.py", line \d/,
    );
    expect(stdout.trimEnd().endsWith(cause)).toBe(true);
    expect(stdout).not.toContain("import_services.py");
  });

  test("a syntax error", () => {
    const { status, stdout } = tried({ "bad.py": "class (\n" });
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/File "\/hot-deploy\/bad\.py", line 1\n[^]*SyntaxError:/),
    ]);
  });

  test("one that ends the process, whatever it says of itself", () => {
    expect(tried({ "bad.py": "import os\nos._exit(0)\n" })).toEqual({
      status: 1,
      stdout: "bad.py:\nended the process (wait status 0)\n",
    });
  });

  test("one that does not come to an end", () => {
    const { status, stdout } = tried({ "bad.py": "import time\ntime.sleep(600)\n" }, { seconds: 1 });
    expect([status, stdout]).toEqual([1, "bad.py:\nnot imported after 1 s\n"]);
  });

  test("several, each for its own cause, and of many the first ones", () => {
    const many = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((number) => [`bad${number}.py`, `x${number}\n`]));
    const { stdout } = tried(many);
    expect(stdout).toContain("NameError: name 'x5' is not defined");
    expect(stdout).not.toContain("x6");
    expect(stdout.trimEnd().endsWith("and 2 more")).toBe(true);
  });
});

test("secrets that a traceback tells are hidden, and so is what a terminal would obey", () => {
  const source = "import os\nraise ValueError('no log-in with ' + os.environ['PARTNER'] + '\\x1b[2J')\n";
  const { stdout } = tried({ "bad.py": source }, { secrets: ["pa$s'word"] });
  expect(stdout).toContain("ValueError: no log-in with ***[2J");
});

test("of a long traceback its end is told", () => {
  const { stdout } = tried({ "bad.py": "raise ValueError('\\n'.join(str(n) for n in range(1000)))\n" });
  expect(stdout.split("\n").length).toBeLessThan(40);
  expect(stdout).toContain("…\n");
  expect(stdout.trimEnd().endsWith("999")).toBe(true);
});
