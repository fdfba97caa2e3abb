import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { TerraformVariable } from "cdktf";
import {
  DataRemoval,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  Secret,
  TlsCertificate,
  ZatoInstallation,
  type ZatoLoadBalancerTls,
} from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { startLoad } from "../../lab/load";
import { describeLoad } from "../../lab/load-summary";
import { Authority, serialOf, shownSerial } from "./support/certificates";
import { labHost, virtualAddress } from "./support/programs";
import { lastLines, Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { httpStatus, poolOf } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;
const NAME = "zato.example.com";
const HOST_FILE = "/etc/ssl/private/zato.pem";

const env: Record<string, string> = {};
let lab: Lab;
let project: Project;
let authority: Authority;
let entry: string;

interface Options {
  readonly version?: string;
  readonly tls?: Partial<ZatoLoadBalancerTls>;
}

/** TLS for clients and for web-admin from the first; on to the clusters when it is asked for. */
function program({ version = "1", tls }: Options = {}): Program {
  return (stack) => {
    const hosts = HOSTS.map((name) => labHost(stack, lab, name));
    const variable = new TerraformVariable(stack, "edge_certificate", { type: "string" });
    new HighAvailabilityDeployment(stack, "zato", {
      hosts,
      installation: ZatoInstallation.archive(lab.archive),
      servers: 1,
      webAdmin: {
        bindAddress: "0.0.0.0",
        certificate: TlsCertificate.fromHostFile(HOST_FILE),
        allowedNetworks: [`${lab.host("client").address}/32`],
      },
      zatoLoadBalancer: tls && {
        tls: {
          certificate: TlsCertificate.fromHostFile(HOST_FILE),
          ca: authority.certificate,
          serverName: NAME,
          ...tls,
        },
      },
      loadBalancer: new HaproxyLoadBalancer(stack, "edge", {
        hosts,
        virtualAddress: virtualAddress(lab),
        certificate: TlsCertificate.fromSecret(Secret.fromVariable(variable, { version })),
      }),
      dataRemoval: DataRemoval.DROP,
    });
  };
}

async function putHostFile(): Promise<string> {
  const pem = await authority.sign(NAME);
  await Promise.all(
    HOSTS.map((host) =>
      lab.execOrThrow(host, `umask 077; cat >${HOST_FILE}.new; mv ${HOST_FILE}.new ${HOST_FILE}`, { input: pem }),
    ),
  );
  return pem;
}

async function giveEdge(): Promise<string> {
  env.TF_VAR_edge_certificate = await authority.sign(NAME);
  return serialOf(lab, env.TF_VAR_edge_certificate);
}

/** Applies while requests come in by HTTPS; gives those that were lost. */
async function applyUnderLoad(what: string, next: Program): Promise<Record<string, number>> {
  const running = await startLoad(lab, { url: `${entry}/zato/ping`, rate: 40, seconds: 110 });
  await running.begun;
  await project.synth(next).apply();
  running.stop();
  const summary = await running.finished;
  console.log(`${what}: ${describeLoad(summary)}`);
  expect(summary.total).toBeGreaterThan(50);
  return summary.failedByKind;
}

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  project = new Project(lab, { env });
  authority = await Authority.create(lab, "authority");
  entry = `https://${virtualAddress(lab)}`;
});

afterAll(() => project?.remove());

test("a certificate that is missing on a host, or out of date, is noticed", async () => {
  // GIVEN no file on the hosts
  await giveEdge();
  const missing = await project.synth(program()).tryApply();
  expect(lastLines(missing)).toContain(`preflight: there is no file ${HOST_FILE} on this host; put it there first`);
  expect(lastLines(missing)).toContain("nothing was changed on any host");

  // GIVEN an old one
  const old = await authority.sign(NAME, 0);
  await lab.execOrThrow("host1", `umask 077; cat >${HOST_FILE}`, { input: old });
  await lab.execOrThrow("host2", `umask 077; cat >${HOST_FILE}`, { input: old });
  const expired = await project.tryApply();
  expect(lastLines(expired)).toContain(`${HOST_FILE} has expired`);
});

describe("with TLS for clients", () => {
  let serial: string;

  beforeAll(async () => {
    await putHostFile();
    serial = await giveEdge();
    await project.synth(program()).apply();
  });

  const curl = (...args: string[]): Promise<number> =>
    httpStatus(lab, `https://${NAME}/zato/ping`, "client", "--cacert", authority.file, "--resolve", `${NAME}:443:${virtualAddress(lab)}`, ...args); // prettier-ignore

  test("they are served by HTTPS with the certificate, and by nothing older than TLS 1.2", async () => {
    expect(await shownSerial(lab, `${virtualAddress(lab)}:443`)).toBe(serial);
    expect(await curl()).toBe(200);
    expect(await curl("--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0")).toBe(0);
    expect(await lab.execOrThrow("host1", "ps -o user= -C haproxy | sort -u")).toBe("haproxy\nroot\nzato\n");
  });

  test("HTTP is sent on to HTTPS, and a POST stays one", async () => {
    const url = `http://${virtualAddress(lab)}/my/channel?a=b`;
    const { stdout } = await lab.exec("client", ["curl", "-s", "-o", "/dev/null", "-d", "x", "-w", "%{http_code} %{redirect_url}", url]); // prettier-ignore
    expect(stdout).toBe(`308 ${entry}/my/channel?a=b`);
  });

  test("web-admin lets log in by HTTPS, from the networks that were named alone", async () => {
    const url = `https://${lab.host("host1").address}:8184/accounts/login/`;
    expect(await httpStatus(lab, url, "client", "--insecure")).toBe(200);
    expect(await httpStatus(lab, url, "lb1", "--insecure")).toBe(0);
    expect(await httpStatus(lab, `http://${lab.host("host1").address}:8183/`)).toBe(0);
  });

  test("no private key is in state, plan or configuration", () => {
    const files = ["cdk.tf.json", "../../terraform.tfstate", "../../plan"].map((name) =>
      path.join(project.folder, name),
    );
    const texts = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, "latin1"));
    expect(texts.length).toBeGreaterThanOrEqual(2);
    expect(texts.filter((text) => text.includes("PRIVATE KEY"))).toEqual([]);
  });
});

describe("under load, nothing is lost", () => {
  test("when the certificate is renewed and TLS on to the clusters begins", async () => {
    // WHEN
    const serial = await giveEdge();
    const lost = await applyUnderLoad("renewal", program({ version: "2", tls: { keepPlainPort: true } }));

    // THEN
    expect(lost).toEqual({});
    expect(await shownSerial(lab, `${virtualAddress(lab)}:443`)).toBe(serial);
    expect(await poolOf(lab, "host1")).toBe("host1 UP, host2 UP");
    const config = await lab.execOrThrow("host1", "grep '^ *server ' /etc/zato-edge/haproxy.cfg");
    const servers = config.trimEnd().split("\n");
    expect(servers).toEqual(servers.map(() => expect.stringMatching(/:11224 .*ssl verify required/) as string));
  });

  test("when the port without TLS is closed", async () => {
    const lost = await applyUnderLoad("closing", program({ version: "2", tls: {} }));
    expect(lost).toEqual({});
    const { address } = lab.host("host1");
    expect(await httpStatus(lab, `http://${address}:11223/zato/ping`)).toBe(0);
    expect(await httpStatus(lab, `https://${address}:11224/zato/ping`, "client", "--insecure")).toBe(200);
    expect(await httpStatus(lab, "http://127.0.0.1:11223/zato/ping", "host1")).toBe(200);
  });

  test("when a file on the hosts is renewed", async () => {
    const serial = await serialOf(lab, await putHostFile());
    const running = await startLoad(lab, { url: `${entry}/zato/ping`, seconds: 6 });
    await running.begun;
    for (const host of HOSTS) {
      await lab.execOrThrow(host, `systemctl reload zato-${host}-load-balancer`);
    }
    expect((await running.finished).failedByKind).toEqual({});
    expect(await shownSerial(lab, `${lab.host("host1").address}:11224`)).toBe(serial);
  });
});

test.each([
  [
    "another authority",
    async () => ({ ca: (await Authority.create(lab, "another")).certificate }),
    "of the given 'ca'",
  ],
  ["another name", () => Promise.resolve({ serverName: "other.example.com" }), "for the name other.example.com"],
])("clusters that are known by %s are refused before anything changes", async (_, wrong, message) => {
  const run = await project.synth(program({ version: "2", tls: await wrong() })).tryApply();
  expect(run.status).not.toBe(0);
  expect(lastLines(run)).toContain(message);
  expect(await httpStatus(lab, `${entry}/zato/ping`, "client", "--insecure")).toBe(200);
  expect(await poolOf(lab, "host1")).toBe("host1 UP, host2 UP");
});
