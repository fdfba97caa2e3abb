import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, IncomingHttpHeaders } from "node:http";
import { AddressInfo } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { renderManifest } from "../../lib/remote/manifest";
import { anyCodePoint } from "../support/arbitraries";
import { bash, BashResult, HOST_SCRIPTS, temporaryFolder } from "../support/bash";
import { Sandbox } from "../support/sandbox";
import { DELIVERY, heads, STATE, WatchingHost } from "./support/watching-host";

const folder = temporaryFolder();

const newHost = (): WatchingHost => new WatchingHost(folder());

describe("a message that cannot be delivered", () => {
  test("is tried again, later and later, is seen by status, and arrives in its order in the end, once", () => {
    const host = newHost();
    host.sandbox.write("/deaf", "");
    host.looks("host2", "down");
    host.minutes(2);
    const since = host.time;
    host.looks("host3", "down");
    expect(host.minutes(20)).toEqual([]);
    const [fact, value] = host.sandbox.read(`${STATE}/facts`)!.trimEnd().split("\t");
    const [count, first] = value!.split(" ").map(Number);
    expect([fact, count]).toEqual(["undelivered", 2]);
    expect(Math.abs(first! - Date.now() / 1000)).toBeLessThan(240);
    const tries = host.sandbox.calls.filter((call) => call === `systemctl start ${DELIVERY}`).length;
    expect(tries).toBeGreaterThanOrEqual(4);
    expect(tries).toBeLessThanOrEqual(6);

    rmSync(join(folder(), "deaf"));
    host.pass(3600);
    expect(heads(host.minutes(1)).slice(0, 2)).toEqual(["redundancy host2 begins", "redundancy host3 begins"]);
    expect(host.sandbox.read(`${STATE}/facts`)).toBe("");
    expect(since).toBeLessThan(host.time);
    expect(host.minutes(2)).toEqual([]);
  });

  test("is tried again at once where the clock was ahead when it could not be, and was set back", () => {
    const host = newHost();
    host.looks("host2", "down");
    host.sandbox.write(`${STATE}/failing`, "3 9999999999\n");
    expect(heads(host.minutes(3))).toEqual(["redundancy host2 begins"]);
  });

  test("is one of a hundred at most, the newest ones", () => {
    const host = newHost();
    mkdirSync(join(folder(), STATE, "outbox"), { recursive: true });
    for (let message = 0; message < 150; message++) {
      host.sandbox.write(`${STATE}/outbox/${1_000_000_000_000_000 + message}`, "{}");
    }
    host.sandbox.write("/deaf", "");
    expect(host.run("test").status).toBe(1);
    const left = readdirSync(join(folder(), STATE, "outbox")).sort();
    expect([left.length, left[0]]).toEqual([100, "1000000000000051"]);
    expect(host.sandbox.read(`${STATE}/outbox/${left.at(-1)}`)).toContain('"event":"test"');
  });
});

test("a test message is delivered at once, whatever could not be before, and it is said where it could not", () => {
  const host = newHost();
  host.sandbox.write("/deaf", "");
  expect(host.run("test")).toMatchObject({
    status: 1,
    stderr: `it could not be delivered; see 'sudo journalctl -u ${DELIVERY}'\n`,
  });
  rmSync(join(folder(), "deaf"));
  expect(host.run("test").status).toBe(0);
  const messages = host.delivered();
  expect(heads(messages)).toEqual(["test host1 test", "test host1 test"]);
  expect(messages[0]!.text).toBe("[zato] nothing: somebody tries whether messages arrive");
  expect(host.sandbox.run("alarms.sh", "nothing", "test").stderr).toContain("there are no alarms 'nothing'");
});

test("where nothing can be looked at, nothing is told, and what was known stays", () => {
  const host = newHost();
  host.looks("host2", "down");
  host.minutes(1);
  const before = host.sandbox.read(`${STATE}/events`);
  writeFileSync(join(host.sandbox.scripts, "status.sh"), "exit 1\n");
  expect(host.run().status).not.toBe(0);
  expect(host.sandbox.read(`${STATE}/events`)).toBe(before);
});

test("a message is JSON in ASCII, whatever is in it (property)", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ unit: anyCodePoint }).filter((text) => !text.includes("\0")),
        { minLength: 1 },
      ),
      (values) => {
        // prettier-ignore
        const words = values.flatMap((value, index) => [`field${index}`, value]);
        const { stdout } = bash('. "$1/lib/outbox.sh"; export LC_ALL=C; json_object "${@:2}"', [
          HOST_SCRIPTS,
          ...words,
        ]);
        expect(stdout).toMatch(/^[ -~]+\n$/);
        const parsed = JSON.parse(stdout) as Record<string, string>;
        values.forEach((value, index) => {
          const bytes = [...Buffer.from(value)].map((byte) =>
            byte < 32 || byte > 126 ? "?" : String.fromCharCode(byte),
          );
          expect(parsed[`field${index}`]).toBe(bytes.join(""));
        });
      },
    ),
    { numRuns: 40 },
  );
});

test("a machine answers where a connection is accepted or refused, and nowhere else", () => {
  const answers = (...words: string[]): number | null =>
    bash('. "$1/lib/alarms.sh"; export LC_ALL=C; machine_answers "${@:2}"', [HOST_SCRIPTS, ...words]).status;
  expect(answers("127.0.0.1", "1")).toBe(0);
  expect(answers("no-such-host.invalid", "80")).not.toBe(0);
});

describe("the webhook", () => {
  /** What a server got that answers with a status, and how the script ended. */
  async function post(
    status: number,
    token: string | undefined,
    path = "/hook",
  ): Promise<{ ended: number | null; said: string; body: string; url: string; headers: IncomingHttpHeaders }> {
    const got = { body: "", url: "", headers: {} as IncomingHttpHeaders };
    const server = createServer((request, response) => {
      got.url = request.url!;
      got.headers = request.headers;
      request.on("data", (piece: Buffer) => (got.body += piece.toString()));
      request.on("end", () => response.writeHead(status, { location: "/elsewhere" }).end("no secret"));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const address = `http://127.0.0.1:${port}${path}`;
    const child = spawn("bash", [join(HOST_SCRIPTS, "webhook.sh")], {
      env: { ...process.env, CDKTF_ZATO_ADDRESS: address, CDKTF_ZATO_TOKEN: token ?? "" },
    });
    let said = "";
    child.stderr.on("data", (piece: Buffer) => (said += piece.toString()));
    child.stdout.on("data", (piece: Buffer) => (said += piece.toString()));
    child.stdin.end('{"version":1}\n');
    const ended = await new Promise<number | null>((resolve) => child.on("close", resolve));
    server.close();
    return { ended, said, ...got };
  }

  test("gets the message as it is, with the token", async () => {
    const { ended, said, body, url, headers } = await post(204, "secret", "/hook?a=[b]&c={d}");
    expect([ended, said, body, url]).toEqual([0, "", '{"version":1}\n', "/hook?a=[b]&c={d}"]);
    expect(headers).toMatchObject({ "content-type": "application/json", authorization: "Bearer secret" });
  });

  test("gets each character of a token that a header can have (property)", async () => {
    const printable = fc.string({ unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)), minLength: 1 }); // prettier-ignore
    await fc.assert(
      fc.asyncProperty(printable, async (token) => {
        const { ended, headers } = await post(200, token);
        expect([ended, headers.authorization]).toEqual([0, `Bearer ${token}`]);
      }),
      { numRuns: 15, examples: [['a"b\\c'], ["$(id)`id`%s'"]] },
    );
  }, 60_000);

  test.each([301, 404, 500])("has taken nothing where it answers %d", async (status) => {
    const { ended, said } = await post(status, undefined);
    expect([ended, said]).toEqual([1, `the webhook has answered ${status}\n`]);
  });

  test("that is not there has taken nothing, and nothing of its address is said", () => {
    const { status, stderr } = spawnSync("bash", [join(HOST_SCRIPTS, "webhook.sh")], {
      input: "{}",
      encoding: "utf8",
      env: { ...process.env, CDKTF_ZATO_ADDRESS: "http://127.0.0.1:1/very-secret" },
    });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/^curl: /);
    expect(stderr).not.toContain("secret");
  });
});

describe("the component", () => {
  const manifest = (files: Record<string, string> = {}): string =>
    renderManifest({
      parameters: {
        host: "host1",
        label: "zato-alarms",
        unit: "zato-zato-alarms.service",
        timer: "zato-zato-alarms.timer",
        delivery_unit: DELIVERY,
        folder: "/etc/zato-zato-alarms",
        secrets: "address given",
      },
      files: { unit: "[Service]\n", timer: "[Timer]\n", delivery_unit: "[Service]\n# delivers\n", ...files },
    });
  const converge = (sandbox: Sandbox, files = {}): BashResult =>
    sandbox.converge("alarms", "zato-alarms", manifest(files), { address: "https://example.invalid/hook" });

  test("has its own copy of the scripts, what delivers, the secrets, a timer that runs, and a first look", () => {
    const sandbox = new Sandbox(folder());
    expect(converge(sandbox)).toMatchObject({ status: 0, stderr: "" });
    expect(sandbox.read(`${STATE}/scripts/alarms.sh`)).toContain("alarms.sh");
    expect(sandbox.read("/etc/zato-zato-alarms/deliver")).toContain("webhook.sh");
    expect(sandbox.read(`${STATE}/secrets/address`)).toBe("https://example.invalid/hook");
    const modes = spawnSync("stat", ["-c", "%a", join(folder(), "/etc/zato-zato-alarms/deliver"), join(folder(), STATE, "secrets"), join(folder(), STATE, "secrets/address")], { encoding: "utf8" }); // prettier-ignore
    expect(modes.stdout.trimEnd().split("\n")).toEqual(["755", "700", "600"]);
    expect(sandbox.read(`/etc/systemd/system/${DELIVERY}`)).toContain("# delivers");
    expect(sandbox.calls.filter((call) => /(start|enable)\b/.test(call))).toEqual([
      "systemctl enable --quiet zato-zato-alarms.timer",
      "systemctl restart zato-zato-alarms.timer",
      "systemctl start zato-zato-alarms.service",
    ]);
  });

  test("has a script of the user's in its place, forgets secrets that are declared no more, and tries again what waits", () => {
    const sandbox = new Sandbox(folder());
    converge(sandbox);
    sandbox.write(`${STATE}/secrets/token`, "old");
    sandbox.write(`${STATE}/failing`, "7 9999999999\n");
    expect(converge(sandbox, { deliver: "#!/bin/sh\nexit 0\n" }).status).toBe(0);
    expect(sandbox.read("/etc/zato-zato-alarms/deliver")).toBe("#!/bin/sh\nexit 0\n");
    expect(sandbox.read(`${STATE}/secrets/token`)).toBeUndefined();
    expect(sandbox.read(`${STATE}/environment`)).toBe('CDKTF_ZATO_ADDRESS="https://example.invalid/hook"\n');
    expect(sandbox.read(`${STATE}/failing`)).toBeUndefined();
  });

  test("fails where no look can be taken", () => {
    const sandbox = new Sandbox(folder());
    sandbox.program("systemctl", '[ "$1" != start ]');
    expect(converge(sandbox).stdout).toContain(
      "nobody would be told of anything; see 'sudo journalctl -u zato-zato-alarms.service'",
    );
  });

  test("goes with all that it has brought", () => {
    const sandbox = new Sandbox(folder());
    converge(sandbox);
    sandbox.run("remove.sh", "alarms", "zato-alarms");
    for (const unit of ["zato-zato-alarms.timer", "zato-zato-alarms.service", DELIVERY]) {
      expect(sandbox.calls).toContain(`systemctl disable --now --no-reload --quiet ${unit}`);
    }
    expect([existsSync(join(folder(), STATE)), existsSync(join(folder(), "/etc/zato-zato-alarms"))]).toEqual([
      false,
      false,
    ]);
  });

  test("says when its last look has failed", () => {
    const sandbox = new Sandbox(folder());
    sandbox.define(`found() { printf '%s\\n' "$1"; }`);
    writeFileSync(
      join(sandbox.scripts, "drift.sh"),
      `scripts=${sandbox.scripts}; . "$scripts/lib/all.sh"; . "$scripts/kinds/alarms.sh"; param() { echo the-unit; }; drift\n`,
    );
    sandbox.program("systemctl", 'case "$1" in is-failed) exit 0 ;; *) exit 1 ;; esac');
    expect(sandbox.run("drift.sh").stdout).toBe("nobody is told of anything: see 'sudo journalctl -u the-unit'\n");
  });
});
