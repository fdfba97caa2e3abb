import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { sha256Of } from "../../lab/archive";
import { docker, LABEL, labContainers, removeContainers, tryDocker } from "../../lab/docker";
import { containerName } from "../../lab/host";
import { KNOWN_HOSTS, sshArguments } from "../../lab/keys";
import { Lab } from "../../lab/lab";
import { load, startLoad } from "../../lab/load";
import { silent } from "../../lab/log";
import { address6Of, addressOf } from "../../lab/network";
import { STATE_DIR } from "../../lab/paths";
import { run, sleep } from "../../lab/process";
import { readState } from "../../lab/state";
import { terraform } from "../../lab/terraform/terraform";
import { virtualAddress } from "./support/programs";

jest.setTimeout(300_000); // the first lab on a machine builds its image

const STRANGER = containerName("stranger");

let lab: Lab;
let folder: string;

async function up(): Promise<Lab> {
  const archive = path.join(folder, "archive.tar.gz");
  writeFileSync(archive, "any file will do");
  return Lab.up({
    hosts: [{ name: "host1", cpus: 1 }, { name: "host2" }],
    standInConfiguration: "speed=fast\n",
    archive,
    log: silent,
  });
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "lab-test-"));
  lab = await up();
});

afterAll(async () => {
  await lab?.down();
  rmSync(folder, { recursive: true, force: true });
});

describe("a host", () => {
  test("has booted without a failed unit", async () => {
    expect(await lab.execOrThrow("host1", "systemctl is-system-running")).toBe("running\n");
  });

  test("has the CPUs and the address that were asked for", async () => {
    expect(await lab.execOrThrow("host1", "nproc")).toBe("1\n");
    expect(lab.host("host1")).toMatchObject({ address: addressOf("host1"), cpus: 1 });
    expect(await lab.execOrThrow("host2", "nproc")).toBe(`${lab.host("host2").cpus}\n`);
  });

  test("is reached over SSH with its pinned key, as a user who may become root", async () => {
    expect(await lab.ssh("host1", "id -un; sudo id -un; hostname")).toEqual({
      status: 0,
      stdout: "ops\nroot\nhost1\n",
      stderr: "",
    });
  });

  test("refuses to be run programs from /tmp, like a hardened one", async () => {
    expect(await lab.execOrThrow("host1", "findmnt --noheadings --output OPTIONS /tmp")).toContain("noexec");
  });

  test("may bind to a virtual address that it does not have", async () => {
    const bind = `import socket; socket.socket().bind(('${virtualAddress(lab)}', 80))`;
    expect(await lab.exec("host1", ["python3", "-c", bind])).toMatchObject({ status: 0 });
  });

  test("carries the packages that are installed on it later", async () => {
    const simulated = "apt-get install --simulate --no-download postgresql haproxy keepalived | tail -n 1";
    expect(await lab.execOrThrow("host1", simulated)).toMatch(/^Conf /);
  });

  test("has the stand-in's configuration", async () => {
    expect(await lab.execOrThrow("host2", "cat /etc/zato-stand-in.conf")).toBe("speed=fast\n");
  });
});

describe("exec", () => {
  const awkward = `blank  "double" 'single' $HOME \`id\` \\n ! * ? ~ ; & | < > é 漢\nnew line`;

  test("passes arguments unchanged", async () => {
    const result = await lab.exec("host1", ["printf", "%s", awkward]);
    expect(result).toEqual({ status: 0, stdout: awkward, stderr: "" });
  });

  test.each(["cat", "cat /dev/stdin"])("passes standard input unchanged to %s", async (command) => {
    expect((await lab.exec("host1", command, { input: awkward })).stdout).toBe(awkward);
  });

  test("gives status and both outputs", async () => {
    const result = await lab.exec("host1", "id -un; echo oops >&2; exit 7");
    expect(result).toEqual({ status: 7, stdout: "root\n", stderr: "oops\n" });
  });

  test("can do no more to the machine than the host's own root", async () => {
    const rights = "sed -n 's/^CapBnd:\\s*//p' /proc/$pid/status";
    const { stdout } = await lab.exec("host1", `for pid in 1 self; do ${rights}; done; date -s @0 2>&1 >/dev/null`);
    const [ofHost, ofCommand, ...refusal] = stdout.trim().split("\n");
    expect(ofCommand).toBe(ofHost);
    expect(refusal.join()).toContain("not permitted");
  });
});

describe("files", () => {
  test("are copied to a host", async () => {
    const file = path.join(folder, "copied");
    writeFileSync(file, "content");
    await lab.copyTo("host1", file, "/srv/deep/er/copied");
    expect(await lab.execOrThrow("host1", "cat /srv/deep/er/copied")).toBe("content");
  });

  test("are served to the hosts, the archive among them", async () => {
    const fetched = await lab.execOrThrow("host1", ["curl", "--silent", "--fail", lab.archive.url]);
    expect(fetched).toBe("any file will do");
    expect(lab.archive.sha256).toBe(sha256Of(path.join(folder, "archive.tar.gz")));
    const file = path.join(folder, "further file");
    writeFileSync(file, "further");
    expect(await lab.execOrThrow("host1", ["curl", "--silent", "--fail", await lab.publish(file)])).toBe("further");
  });
});

describe("power and network", () => {
  const connects = async (host: string): Promise<boolean> => {
    const command = ["nc", "-z", "-w", "1", lab.host(host).address, "22"];
    return (await lab.exec("client", command)).status === 0;
  };

  test("a host that had its power cut comes back with its disk, its key and its addresses", async () => {
    await lab.execOrThrow("host2", "echo kept >/var/lib/kept; touch /run/lost; sync");
    expect(await connects("host2")).toBe(true);
    await lab.powerCut("host2");
    expect(await connects("host2")).toBe(false);
    await lab.powerOn("host2");
    const { stdout } = await lab.ssh("host2", "cat /var/lib/kept; ls /run/lost; hostname -I");
    expect(stdout).toBe(`kept\n${addressOf("host2")} ${address6Of("host2")} \n`);
  });

  test("a host whose cable was pulled goes on running", async () => {
    await lab.execOrThrow("host2", "touch /run/witness");
    await lab.disconnect("host2");
    expect(await connects("host2")).toBe(false);
    await lab.reconnect("host2");
    expect((await lab.ssh("host2", "ls /run/witness")).stdout).toBe("/run/witness\n");
  });

  test("a rebuilt host is another machine at the same address", async () => {
    const before = lab.host("host2");
    const oldPins = path.join(folder, "known_hosts");
    copyFileSync(KNOWN_HOSTS, oldPins);
    await lab.execOrThrow("host2", "touch /var/lib/old");
    const after = await lab.rebuild("host2");
    expect(after.hostKey).not.toBe(before.hostKey);
    expect({ ...after, hostKey: before.hostKey }).toEqual(before);
    expect((await lab.ssh("host2", "ls /var/lib/old")).status).toBe(2);
    const impostor = ["-o", `UserKnownHostsFile=${oldPins}`, ...sshArguments(after), "true"];
    const refused = await run("ssh", impostor);
    expect(refused.status).toBe(255);
    expect(refused.stderr).toContain("Host key verification failed");
  });

  test("several hosts are rebuilt within seconds", async () => {
    const began = Date.now();
    await lab.freshHosts(["host1", "host2"]);
    expect(Date.now() - began).toBeLessThan(20_000);
    expect((await lab.ssh("host1", "true")).status).toBe(0);
    expect((await lab.ssh("host2", "true")).status).toBe(0);
  });
});

describe("load", () => {
  test("has a fixed rate and tells back ends apart", async () => {
    const url = `http://${addressOf("client")}:8000/README`;
    const summary = await load(lab, { url, seconds: 2, backendHeader: "Server" });
    expect(summary).toMatchObject({ total: 40, failed: 0 });
    expect(Object.values(summary.byBackend)).toEqual([40]);
    expect(summary.slowest).toBeLessThan(2);
  });

  test("goes on at its rate while a host is cut off, and shows when requests began to fail", async () => {
    await lab.execOrThrow("host1", "systemd-run --unit web python3 -m http.server 8080 --directory /etc/apt");
    await sleep(1_000);
    const url = `http://${addressOf("host1")}:8080/`;
    const running = await startLoad(lab, { url, seconds: 4, timeoutSeconds: 3, backendPattern: "sources" });
    await running.begun;
    await sleep(1_000);
    const moment = Date.now();
    await lab.powerCut("host1");
    const summary = await running.finished;
    await lab.powerOn("host1");
    expect(summary.total).toBe(80);
    expect(summary.failedAround(moment).before).toBeLessThan(3);
    expect(summary.failedAround(moment).after).toBeGreaterThan(40);
    expect(summary.byBackend.sources).toBe(summary.total - summary.failed);
    expect(summary.where((request) => request.start * 1000 < moment - 500).failed).toBe(0);
  });

  test("stops when it is told to", async () => {
    const running = await startLoad(lab, { url: `http://${addressOf("client")}:8000/`, seconds: 60 });
    await running.begun;
    running.stop();
    expect((await running.finished).total).toBeLessThan(60);
  });

  test("fails for an address outside of the lab", async () => {
    await expect(load(lab, { url: "http://192.0.2.1/", seconds: 1 })).rejects.toThrow("only addresses of the lab");
  });
});

test("Terraform applies a resource over SSH, whether or not a provider registry answers", async () => {
  const connection = {
    type: "ssh",
    host: lab.host("host2").address,
    user: lab.user,
    private_key: `\${file(${JSON.stringify(lab.keyFile)})}`,
    host_key: lab.host("host2").hostKey,
    script_path: "./terraform-%RAND%.sh",
  };
  const provisioner = [{ "remote-exec": { connection, inline: ["echo made by $(hostname) >made"] } }];
  const configuration = {
    terraform: { required_providers: { null: { source: "null", version: "3.2.4" } } },
    resource: { null_resource: { host: { triggers: { version: "1" }, provisioner } } },
  };
  writeFileSync(path.join(folder, "main.tf.json"), JSON.stringify(configuration));
  const options = { cwd: folder, cliConfigFile: lab.cliConfigFile, onLine: () => undefined };
  expect(await terraform(["init"], options)).toMatchObject({ status: 0 });
  expect(await terraform(["apply", "-auto-approve"], options)).toMatchObject({ status: 0, stderr: "" });
  expect((await lab.ssh("host2", "cat made")).stdout).toBe("made by host2\n");
  expect(await terraform(["plan", "-detailed-exitcode"], options)).toMatchObject({ status: 0 });
  expect(await terraform(["destroy", "-auto-approve"], options)).toMatchObject({ status: 0 });
});

describe("a lab", () => {
  test("is found by another process", async () => {
    const found = await Lab.attach();
    expect(found?.hosts).toEqual(lab.hosts);
    expect(readState()).toMatchObject({ keyFile: lab.keyFile, archive: lab.archive });
  });

  test("is booted again after a crash, and leaves alone what is not its own", async () => {
    const image = (await docker(["inspect", "--format", "{{.Config.Image}}", containerName("host1")])).trim();
    await docker(["create", "--name", STRANGER, image]);
    try {
      rmSync(path.join(STATE_DIR, "lab.json")); // containers and network are still there
      await lab.powerCut("host2");
      const former = lab.host("host1").hostKey;
      lab = await up();
      expect(lab.host("host1").hostKey).not.toBe(former);
      expect((await lab.ssh("host2", "hostname")).stdout).toBe("host2\n");
      expect((await tryDocker(["inspect", STRANGER])).status).toBe(0);
    } finally {
      await removeContainers([STRANGER]);
    }
  });

  test("leaves nothing when it is taken down", async () => {
    await lab.down();
    const filter = ["--filter", `label=${LABEL}`, "--quiet"];
    expect(await labContainers()).toEqual([]);
    expect(await docker(["network", "ls", ...filter])).toBe("");
    expect(await docker(["volume", "ls", ...filter])).toBe("");
    expect(existsSync(path.join(STATE_DIR, "lab.json"))).toBe(false);
    expect(existsSync(lab.keyFile)).toBe(false);
    expect(await Lab.attach()).toBeUndefined();
  });
});
