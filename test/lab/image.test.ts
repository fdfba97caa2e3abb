import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { TerraformVariable, type TerraformStack } from "cdktf";
import { Secret, ZatoInstallation, ZatoRelease } from "cdktf-zato";
import type { PublishedFile } from "../../lab/archive";
import type { Lab } from "../../lab/lab";
import { silent } from "../../lab/log";
import type { CommandResult } from "../../lab/process";
import { startRegistry, type LabRegistry } from "../../lab/registry";
import { InstalledZato } from "../../lib/zato/installed-zato";
import { verify } from "./support/content-cluster";
import { differences, listHost } from "./support/host-listing";
import { labHost, twoHosts, virtualAddress } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { SLOW_SERVICE, underLoad } from "./support/under-load";
import { httpStatus, logIn, secretOf, unitProperty, unitsOf, waitForPing } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;
const BUILDS = "/opt/zato/builds";

/** Awkward to JSON, shells and log-ins. */
const PASSWORD = `p'w "x" $d \\z #%:{`;

/** Tells which Python runs it, and uses a package that it requires. */
const WHERE_SERVICE = `
import sys, greeting
from zato.server.service import Service

class Where(Service):
    name = "image.where"

    def handle(self):
        self.response.payload = "%s.%s %s" % (*sys.version_info[:2], greeting.TEXT)
`;

/** Makes a Python package on the host \`client\`, of which nothing need be built. */
const MAKE_PACKAGE = `
import zipfile
info = "greeting-1.0.dist-info/"
with zipfile.ZipFile("/srv/artifacts/greeting-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("greeting.py", "TEXT = 'hello'\\n")
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: greeting\\nVersion: 1.0\\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: lab\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "")
`;

let lab: Lab;
let registry: LabRegistry;

beforeAll(async () => {
  lab = await freshHosts([...HOSTS, "host3"]);
  registry = await startRegistry(lab, PASSWORD, silent);
  for (const host of [...HOSTS, "host3"]) {
    // As an organisation has it on its machines whose registry has a certificate of its own.
    const place = `/etc/containers/certs.d/${registry.address}/ca.crt`;
    await lab.execOrThrow(host, `install -D -m 0644 /dev/stdin ${place}`, { input: registry.authority });
  }
});

/** Zato from the registry, by a password that is given as `TF_VAR_registry_password`. */
function fromRegistry(stack: TerraformStack, image: string): ZatoInstallation {
  const variable = new TerraformVariable(stack, "registry_password", { type: "string" });
  return ZatoInstallation.image({ image, username: registry.user, password: Secret.fromVariable(variable) });
}

function projectWith(password: string): Project {
  return new Project(lab, { env: { TF_VAR_registry_password: password } });
}

describe("on one host", () => {
  let project: Project;
  let before: string[];

  beforeAll(async () => {
    before = await listHost(lab, "host3");
  });

  afterEach(() => project?.remove());

  function only(installation: (stack: TerraformStack) => ZatoInstallation): Program {
    return (stack) =>
      void new InstalledZato(stack, "zato", {
        host: labHost(stack, lab, "host3"),
        installation: installation(stack),
        release: ZatoRelease.V3_3,
        name: "zato",
      });
  }

  async function install(installation: (stack: TerraformStack) => ZatoInstallation): Promise<string> {
    const { status, stdout, stderr } = await project.synth(only(installation)).tryApply();
    return status === 0 ? "installed" : (stdout + stderr).replaceAll("\n", " ");
  }

  const built = async (): Promise<string> => (await lab.exec("host3", ["ls", BUILDS])).stdout;

  test("a wrong password is told, and nothing is unpacked", async () => {
    project = projectWith("wrong");
    expect(await install((stack) => fromRegistry(stack, registry.images.one))).toMatch(
      /the image cannot be had: .*; see whether user name and password are those of the registry/,
    );
    expect(await built()).toBe("");
  });

  test("a digest that the registry does not have is told, and nothing is unpacked", async () => {
    project = projectWith(PASSWORD);
    const image = registry.images.one.replace(/[0-9a-f]{64}$/, "0".repeat(64));
    expect(await install((stack) => fromRegistry(stack, image))).toMatch(
      /the image cannot be had: .*; see which digest the registry has/,
    );
    expect(await built()).toBe("");
  });

  test("an image for another architecture is refused before its layers are fetched", async () => {
    project = projectWith(PASSWORD);
    const said = await install((stack) => fromRegistry(stack, registry.images.alien));
    expect(said).toMatch(/the image is for (arm64|amd64), and this host is (arm64|amd64); give the digest of an image/);
    expect(said).not.toContain("fetching the layers");
    expect(await built()).toBe("");
  });

  test("an image that lacks what Zato needs is refused, with all of it", async () => {
    project = projectWith(PASSWORD);
    expect(await install((stack) => fromRegistry(stack, registry.images.bare))).toContain(
      "the image lacks what Zato needs: certificate authorities (package ca-certificates), time zones (package tzdata); build one",
    );
  });

  test("an image without Zato at the path is refused", async () => {
    project = projectWith(PASSWORD);
    const image = registry.images.one;
    const path = "/opt/elsewhere";
    const password = (stack: TerraformStack): Secret =>
      Secret.fromVariable(new TerraformVariable(stack, "registry_password", { type: "string" }));
    expect(
      await install((stack) =>
        ZatoInstallation.image({ image, path, username: registry.user, password: password(stack) }),
      ),
    ).toContain("there is no Zato in the image's /opt/elsewhere: bin/py is missing");
  });

  test.each(["docker-archive", "oci-archive"])("a file in the format %s is an installation, too", async (format) => {
    // GIVEN
    project = new Project(lab);
    const file = await saved(format);

    // WHEN another one is expected
    const sha256 = "0".repeat(64);
    expect(await install(() => ZatoInstallation.imageArchive({ ...file, sha256 }))).toMatch(
      new RegExp(`has SHA-256 ${file.sha256} instead of ${sha256}; nothing was unpacked`),
    );

    // WHEN, THEN
    expect(await install(() => ZatoInstallation.imageArchive(file))).toBe("installed");
    expect(await lab.execOrThrow("host3", `cat ${BUILDS}/${file.sha256}/opt/zato/current/one`)).toBe("one");
    expect(await project.planStatus()).toBe(0);
    expect(await project.destroy()).toMatchObject({ status: 0 });
  });

  test("nothing is left in the end", async () => {
    project = projectWith(PASSWORD);
    expect(await install((stack) => fromRegistry(stack, registry.images.one))).toBe("installed");
    expect(await project.destroy()).toMatchObject({ status: 0 });
    expect(differences(before, await listHost(lab, "host3"))).toEqual([]);
  });

  async function saved(format: string): Promise<PublishedFile> {
    const name = `${format}.tar`;
    const copy = `rm -f /srv/artifacts/${name} && skopeo copy -q docker://${registry.images.one} ${format}:/srv/artifacts/${name}`;
    const command = `export REGISTRY_AUTH_FILE=/srv/registry/login.json; ${copy} && chmod 0644 /srv/artifacts/${name} && sha256sum /srv/artifacts/${name}`;
    const sha256 = (await lab.execOrThrow("client", command)).split(" ")[0]!;
    return { url: `http://${lab.host("client").address}:8000/${name}`, sha256 };
  }
});

describe("two hosts", () => {
  const before: Record<string, string[]> = {};
  let project: Project;

  function declared(image: string): Program {
    return (stack) => {
      const healthCheck = { interval: 1, timeout: 1 };
      const installation = fromRegistry(stack, image);
      const zato = twoHosts(stack, lab, { deployment: { installation, healthCheck, servers: 1 } });
      zato.content.addServices(path.join(project.folder, "services"));
      zato.content.addRestChannel("Work", { urlPath: "/work", service: "rolling.work" });
      zato.content.addRestChannel("Where", { urlPath: "/where", service: "image.where" });
    };
  }

  beforeAll(async () => {
    for (const host of HOSTS) {
      before[host] = await listHost(lab, host);
    }
    await lab.execOrThrow("client", ["python3", "-c", MAKE_PACKAGE]);
    project = projectWith(PASSWORD);
    const services = path.join(project.folder, "services");
    mkdirSync(services);
    writeFileSync(path.join(services, "work.py"), SLOW_SERVICE);
    writeFileSync(path.join(services, "where.py"), WHERE_SERVICE);
    const wheel = `http://${lab.host("client").address}:8000/greeting-1.0-py3-none-any.whl`;
    writeFileSync(path.join(services, "requirements.txt"), `greeting @ ${wheel}\n`);
    await project.synth(declared(registry.images.one)).apply();
    await waitForPing(lab, `http://${virtualAddress(lab)}/work`);
  }, 1_800_000);

  afterAll(() => project?.remove());

  const digestOf = (image: string): string => image.split(":").at(-1)!;

  /** The builds that the processes of components have as their root directory. */
  async function buildsOf(...components: string[]): Promise<string[]> {
    const all = HOSTS.flatMap((host) =>
      components.map(async (component) => {
        const pid = await unitProperty(lab, host, `zato-${host}-${component}.service`, "MainPID");
        const root = await lab.execOrThrow(host, `awk '$5 == "/" { print $4; exit }' /proc/${pid}/mountinfo`);
        return path.posix.basename(root.trim());
      }),
    );
    return [...new Set(await Promise.all(all))];
  }

  function changeUnderLoad(program: Program): Promise<CommandResult> {
    const url = `http://${virtualAddress(lab)}/work`;
    return underLoad(lab, { url, method: "POST", body: "{}" }, () => project.synth(program).tryApply());
  }

  test("answer by the Python of the image, with the packages that services require", async () => {
    for (const host of HOSTS) {
      const answer = await lab.execOrThrow("client", `curl -fsS http://${lab.host(host).address}:11223/where`);
      const ofHost = await lab.execOrThrow(host, `python3 -c 'import sys; print("%s.%s" % sys.version_info[:2])'`);
      expect(answer).toMatch(/^"?3\.1\d hello"?$/);
      expect(answer).not.toContain(ofHost.trim());
    }
    expect(await project.planStatus()).toBe(0);
  });

  test("run Zato's own processes, of which none can change the image, and no container engine", async () => {
    for (const host of HOSTS) {
      const enter = `chroot --userspec="$(id -u zato):$(id -g zato)" ${BUILDS}/${digestOf(registry.images.one)}`;
      const write = `${enter} sh -c 'for f in / /usr /etc /opt /opt/zato /opt/zato/current /var; do if touch $f/x; then echo $f; fi; done'`;
      expect(await lab.execOrThrow(host, write)).toBe("");
      expect((await lab.exec(host, "pgrep -l 'dockerd|containerd|podman|conmon'")).stdout).toBe("");
    }
    const units = (await unitsOf(lab, "host1")).filter((unit) => unit.startsWith("zato-host1-"));
    for (const unit of units) {
      const { status } = await lab.exec("host1", `systemd-analyze security --no-pager --threshold=30 ${unit}`);
      expect([unit, status]).toEqual([unit, 0]);
    }
  });

  test("let the administrator in to web-admin", async () => {
    const { status } = await logIn(lab, "host1", await secretOf(lab, "host1", "web_admin_password"));
    expect(status).toBe(302);
  });

  test("keep the registry's password nowhere", async () => {
    const word = PASSWORD.slice(0, 4);
    const encoded = Buffer.from(`${registry.user}:`).toString("base64").slice(0, 8);
    const find = `grep -rlF -e '${encoded}' /var/lib/cdktf-zato /etc/cdktf-zato /var/log/cdktf-zato /run/cdktf-zato* /home/ops; true`;
    expect(await lab.execOrThrow("host1", find)).toBe("");
    expect(await lab.execOrThrow("host1", ["bash", "-c", 'grep -rlF -e "$1" /var/lib/cdktf-zato /var/log/cdktf-zato /home/ops; true', "_", word])).toBe(""); // prettier-ignore
  });

  test("are as declared, and a build that somebody changes is drift", async () => {
    expect(await verify(project.folder)).toMatchObject({ status: 0 });
    await lab.execOrThrow("host2", `chown zato ${BUILDS}/${digestOf(registry.images.one)}/opt/zato/current/one`);
    const { status, stdout } = await verify(project.folder);
    expect(status).not.toBe(0);
    expect(stdout).toContain(`others than root can change`);
    await lab.execOrThrow("host2", `chown root ${BUILDS}/${digestOf(registry.images.one)}/opt/zato/current/one`);
  });

  test("get another digest one after the other, and the way back, without losing a request", async () => {
    // WHEN
    expect(await changeUnderLoad(declared(registry.images.two))).toMatchObject({ status: 0 });

    // THEN
    expect(await buildsOf("server1", "web-admin")).toEqual([digestOf(registry.images.two)]);
    expect(await lab.execOrThrow("client", `curl -fsS http://${virtualAddress(lab)}/where`)).toContain("hello");
    expect(await lab.execOrThrow("host1", `ls ${BUILDS}`)).toBe(
      [registry.images.one, registry.images.two].map(digestOf).sort().join("\n") + "\n",
    );

    // WHEN no registry answers any more
    await lab.execOrThrow("client", "systemctl stop docker-registry");
    const back = await changeUnderLoad(declared(registry.images.one));
    await lab.execOrThrow("client", "systemctl start docker-registry");

    // THEN
    expect(back).toMatchObject({ status: 0 });
    expect(await buildsOf("server1", "web-admin")).toEqual([digestOf(registry.images.one)]);
    expect(await project.planStatus()).toBe(0);
    expect(await verify(project.folder)).toMatchObject({ status: 0 });
  });

  test("have power cut, and come back by themselves", async () => {
    await lab.powerCut("host1");
    await lab.powerOn("host1");
    await waitForPing(lab, `http://${lab.host("host1").address}:11223/where`, 120);
    expect(await httpStatus(lab, `http://${virtualAddress(lab)}/where`)).toBe(200);
  });

  test("keep nothing when they are destroyed", async () => {
    expect(await project.destroy()).toMatchObject({ status: 0 });
    for (const host of HOSTS) {
      expect(differences(before[host]!, await listHost(lab, host))).toEqual([]);
    }
  });
});
