import { ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pythonScripts, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();
const SCRIPTS = pythonScripts("zato-4");
const processes: ChildProcess[] = [];

afterEach(() => processes.splice(0).forEach((one) => one.kill("SIGKILL")));

function python(script: string, ...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const command = ["-I", "-B", join(SCRIPTS, script), ...words];
  const { status, stdout, stderr } = spawnSync("python3", command, { encoding: "utf8", cwd: folder() });
  return { status, stdout, stderr };
}

function write(path: string, text: string): string {
  mkdirSync(join(folder(), path, ".."), { recursive: true });
  writeFileSync(join(folder(), path), text);
  return join(folder(), path);
}

async function started(program: string, env: Record<string, string> = {}, ...words: string[]): Promise<ChildProcess> {
  const child = spawn(program, words, { cwd: folder(), env: { PATH: process.env.PATH, ...env } });
  processes.push(child);
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return child;
}

/** A program of this name, which runs on. */
function running(name: string): string {
  const path = write(
    `programs/${name}`,
    "#!/usr/bin/python3\nprint('begun', flush=True)\nimport time; time.sleep(60)\n",
  );
  chmodSync(path, 0o755);
  return path;
}

const CONF =
  "[main]\nbind=0.0.0.0:17010\nwork_dir=../../work\n\n[hot_deploy]\npickup_dir=../../pickup/incoming/services\n";

/** A server's folder, and a process of it with an environment, if one is given. */
async function server(name: string, conf = CONF, environment?: Record<string, string>): Promise<string> {
  const path = join(folder(), "env", name);
  write(`env/${name}/config/repo/server.conf`, conf);
  mkdirSync(join(path, "pickup/incoming/services"), { recursive: true });
  if (environment) {
    writeFileSync(join(path, "pidfile"), String((await started(running("server"), environment)).pid));
  }
  return path;
}

describe("the servers of 4.1 in folders", () => {
  test("are where their server.conf says, or the environment of their process, each one process", async () => {
    const a = await server("a");
    const b = await server("b", CONF, { Zato_Config_Bind_Port: "18000", Zato_Config_Bind_Host: "10.0.0.5" });
    expect(python("existing_servers.py", a, b)).toEqual({
      status: 0,
      stdout: "server 127.0.0.1:17010 1\nserver 10.0.0.5:18000 1\n",
      stderr: "",
    });
  });

  test("are told with the schedulers that have their Redis, and no others", async () => {
    const port = { Zato_Scheduler_Redis_Port: "6390" };
    const path = await server("a", CONF, { ...port, Zato_Scheduler_Redis_Host: "127.0.0.1" });
    const { pid } = await started(running("_zato_scheduler"), { ...port, Zato_Scheduler_Redis_Host: "localhost" });
    await started(running("_zato_scheduler"));
    await started(running("another_scheduler"), port);
    expect(python("existing_servers.py", path).stdout).toBe(`server 127.0.0.1:17010 1\nscheduler ${pid}\n`);
  });

  test("are not told with schedulers in containers, whose Redis at the same address is another one", async () => {
    const { pid } = await started(running("_zato_scheduler"));
    const seen = (namespace: string): string =>
      spawnSync(
        "python3",
        [
          "-c",
          `import server_process as s; s.namespace_of = lambda pid: ${namespace}; print('${pid}' in set(s.processes()))`,
        ],
        { encoding: "utf8", cwd: SCRIPTS },
      ).stdout;
    expect([seen("1 if pid == 'self' else 2"), seen("1"), seen("1 if pid == 'self' else None")]).toEqual([
      "False\n",
      "True\n",
      "True\n",
    ]);
  });
});

test("a server and a program in its place have what is in the file that it was started with", async () => {
  const text = `[other]\nNOT_THIS=x\n[env]\nONE = plain\n# NOR_THIS=x\nTWO="of = two"\nZato_Config_Bind_Port=18001\n`;
  const file = write("env.ini", text);
  const path = await server("a");
  const options = `fg=TrueZato_Zato_Zatoenv_file=${file}Zato_Zato_Zatostop_after=None`;
  const { pid } = await started(running("server"), { ONE: "before", Zato_Config_Bind_Host: "10.0.0.5" }, path, options);
  writeFileSync(join(path, "pidfile"), String(pid));
  expect(python("existing_servers.py", path).stdout).toBe("server 10.0.0.5:18001 1\n");
  const program = "import os; print([os.environ.get(name) for name in ('ONE', 'TWO', 'NOT_THIS', '# NOR_THIS')])";
  expect(python("like_server.py", path, "cdktf-zato", "/usr/bin/env", "python3", "-c", program).stdout).toBe(
    "['plain', 'of = two', None, None]\n",
  );
  // AND a file that is not there is none
  rmSync(file);
  expect(python("existing_servers.py", path).stdout).toBe("server 10.0.0.5:17010 1\n");
});

test("a program in the place of a server finds modules of its projects", async () => {
  write("project/code/src/models.py", "ANSWER = 42\n");
  const path = await server("a", CONF, { Zato_Hot_Deploy_Dir: `${folder()}/nothing:${folder()}/project` });
  const program = "import os, models; print(os.getcwd(), models.ANSWER)";
  expect(python("like_server.py", path, "cdktf-zato", "/usr/bin/env", "python3", "-c", program).stdout).toBe(
    `${path} 42\n`,
  );
});

describe("files of services", () => {
  const ours = (path = "env/a/pickup/incoming/services"): string => join(folder(), path, "cdktf-zato");
  const place = (...words: string[]): ReturnType<typeof python> => {
    const [what, ...files] = words;
    return python("place_services.py", what!, join(folder(), "env/a"), "cdktf-zato", ...files);
  };
  const content = (): Record<string, string> =>
    Object.fromEntries(readdirSync(ours()).map((name) => [name, readFileSync(join(ours(), name), "utf8")]));

  beforeEach(async () => {
    await server("a");
    write("env/a/pickup/incoming/services/legacy.py", "the owner's");
    write("first/orders.py", "v1");
    write("first/gone.py", "v1");
    write("second/orders.py", "v2");
    write("second/new.py", "v2");
  });

  test("are all that is in a folder of ours below that of the owner, whose files stay", () => {
    expect(place("place", "./first")).toEqual({ status: 0, stdout: `${ours()}\n`, stderr: "" });
    expect(place("forget").stdout).toBe("");
    write("env/a/pickup/incoming/services/cdktf-zato/orders.py", "by hand");
    place("place", "./second");
    expect(content()).toEqual({ "orders.py": "v2", "new.py": "v2" });
    expect(readdirSync(join(ours(), "..")).sort()).toEqual(["cdktf-zato", "legacy.py"]);
  });

  test("are put back as they were, and those are named that are other ones then", () => {
    place("place", "./first");
    place("forget");
    place("place", "./second");
    // AND another try that is cut off
    write("second/orders.py", "v3");
    place("place", "./second");
    expect(place("back").stdout).toBe(`${ours()}/gone.py\n${ours()}/orders.py\n`);
    expect(content()).toEqual({ "orders.py": "v1", "gone.py": "v1" });
    expect(readdirSync(join(ours(), "../.."))).toEqual(["services"]);
    // AND nothing is put back twice
    place("place", "./second");
    place("forget");
    expect(place("back").stdout).toBe("");
    expect(content()).toEqual({ "orders.py": "v3", "new.py": "v2" });
  });

  test("are the owner's alone to read", () => {
    place("place", "./first");
    const modes = spawnSync("stat", ["-c", "%a", ours(), join(ours(), "orders.py")], { encoding: "utf8" }).stdout;
    expect(modes).toBe("700\n600\n");
  });

  test("go where server.conf says that the server reads them", async () => {
    await server("a", CONF.replace("../../pickup/incoming/services", "../../../elsewhere # ours"));
    mkdirSync(join(folder(), "env/elsewhere"));
    expect(place("place", "./first").stdout).toBe(`${ours("env/elsewhere")}\n`);
  });

  test("have no place where the server's folder is missing", () => {
    rmSync(join(ours(), ".."), { recursive: true });
    expect(place("place", "./first")).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/there is no folder .*\/pickup\/incoming\/services, from which the server in/) as string, // prettier-ignore
    });
    expect(existsSync(ours())).toBe(false);
  });
});
