import { ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PYTHON_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();
const processes: ChildProcess[] = [];

afterEach(() => processes.splice(0).forEach((one) => one.kill("SIGKILL")));

function python(script: string, ...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const command = ["-I", "-B", join(PYTHON_SCRIPTS, script), ...words];
  const { status, stdout, stderr } = spawnSync("python3", command, { encoding: "utf8", cwd: folder() });
  return { status, stdout, stderr };
}

/** A server's folder, and a process of it with an environment, if one is given. */
async function server(name: string, conf: string, environment?: Record<string, string>): Promise<string> {
  const path = join(folder(), "env", name);
  mkdirSync(join(path, "config/repo"), { recursive: true });
  mkdirSync(join(path, "work/hot-deploy/current"), { recursive: true });
  writeFileSync(join(path, "config/repo/server.conf"), conf);
  if (environment) {
    const child = await started(path, "server", environment);
    writeFileSync(join(path, "pidfile"), `${child.pid}\n`);
  }
  return path;
}

async function started(cwd: string, word: string, env: Record<string, string> = {}): Promise<ChildProcess> {
  const program = "print('begun', flush=True); import time; time.sleep(60)";
  const child = spawn("python3", ["-c", program, word], { cwd, env: { PATH: process.env.PATH, ...env } });
  processes.push(child);
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return child;
}

const bind = (address: string, workers = ""): string =>
  `[main]\n# gunicorn_bind=9.9.9.9:9\ngunicorn_bind = ${address} # where\n${workers && `gunicorn_workers=${workers}\n`}`;

describe("the servers in folders", () => {
  test("are where their server.conf says, for whoever is on the same machine", async () => {
    const [a, b] = [await server("a", bind("0.0.0.0:17010", "2")), await server("b", bind("10.0.0.5:17011"))];
    expect(python("existing_servers.py", a, b)).toEqual({
      status: 0,
      stdout: "server 127.0.0.1:17010 2\nserver 10.0.0.5:17011 1\n",
      stderr: "",
    });
  });

  test("are where the environment of their process says, which counts for more", async () => {
    const prefix = "Zato_Config_Server_server__conf_main_gunicorn_";
    const path = await server("a", bind("0.0.0.0:17010", "2"), {
      [`${prefix}bind`]: "[::]:18000",
      [`${prefix}workers`]: "3",
    });
    expect(python("existing_servers.py", path).stdout).toBe("server [::1]:18000 3\n");
  });

  test("are told with the schedulers that run beside them, and no others", async () => {
    const path = await server("a", bind("0.0.0.0:17010"));
    const [beside, elsewhere] = [join(folder(), "env/scheduler"), join(folder(), "other/scheduler")];
    [beside, elsewhere].forEach((place) => mkdirSync(place, { recursive: true }));
    const { pid } = await started(beside, "zato.scheduler.main");
    await started(elsewhere, "zato.scheduler.main");
    expect(python("existing_servers.py", path).stdout).toBe(`server 127.0.0.1:17010 1\nscheduler ${pid}\n`);
  });

  test("are none where there is no server.conf", () => {
    expect(python("existing_servers.py", folder())).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("there is no server of Zato in") as string,
    });
  });
});

test("a program in the place of a server has its environment and folder, and finds what was deployed to it", async () => {
  const path = await server("a", bind("0.0.0.0:17010"), { OF_THE_SERVER: "yes" });
  writeFileSync(join(path, "work/hot-deploy/current/models.py"), "ANSWER = 42\n");
  writeFileSync(join(folder(), "file"), "");
  const program =
    "import os, sys, models; print(os.getcwd(), os.environ['OF_THE_SERVER'], models.ANSWER, sys.argv[1:])";
  expect(
    python("like_server.py", path, "work/hot-deploy", "/usr/bin/env", "python3", "-c", program, "./file", "word")
      .stdout,
  ).toBe(`${path} yes 42 ['${join(folder(), "file")}', 'word']\n`);
});
