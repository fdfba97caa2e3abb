import {
  DataRemoval,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  TlsCertificate,
  ZatoInstallation,
  type PhysicalHost,
} from "cdktf-zato";
import type { TerraformStack } from "cdktf";
import type { Lab } from "../../lab/lab";
import { startLoad } from "../../lab/load";
import { describeLoad } from "../../lab/load-summary";
import { sleep, waitUntil } from "../../lab/process";
import { Authority } from "./support/certificates";
import { verify } from "./support/content-cluster";
import { labHost } from "./support/programs";
import { Project } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { holdersOf, httpStatus, poolOf, waitForPing } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;
const HOST_FILE = "/etc/ssl/private/zato.pem";
const NAME = "zato.example.com";

let lab: Lab;
let project: Project;
let authority: Authority;
let entry: string;

const address6 = (name: string): string => lab.host(name).address6;

/** The address that clients use, in the IPv6 network of the lab. */
function virtualAddress(): string {
  return address6("client").replace(/[0-9a-f]+$/, "100");
}

/** The IPv6 network of the lab. */
function network(): string {
  return `${address6("client").replace(/[0-9a-f]+$/, "")}/64`;
}

function hostsOf(stack: TerraformStack): PhysicalHost[] {
  // The lab itself looks for the hosts by IPv4.
  const firewall = { sshFrom: [network(), lab.host("client").address.replace(/\d+$/, "0/24")] };
  return HOSTS.map((name) => labHost(stack, lab, name, { address: address6(name), firewall }));
}

function program(stack: TerraformStack): void {
  const hosts = hostsOf(stack);
  const url = lab.archive.url.replace(lab.host("client").address, `[${address6("client")}]`);
  new HighAvailabilityDeployment(stack, "zato", {
    hosts,
    installation: ZatoInstallation.archive({ ...lab.archive, url }),
    servers: 1,
    zatoLoadBalancer: {
      tls: { certificate: TlsCertificate.fromHostFile(HOST_FILE), ca: authority.certificate, serverName: NAME },
    },
    loadBalancer: new HaproxyLoadBalancer(stack, "edge", {
      hosts,
      virtualAddress: virtualAddress(),
      allowedNetworks: [`${address6("client")}/128`],
    }),
    dataRemoval: DataRemoval.DROP,
  });
}

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  project = new Project(lab);
  authority = await Authority.create(lab, "authority");
  entry = `http://[${virtualAddress()}]/zato/ping`;
  const pem = await authority.sign(NAME);
  for (const host of HOSTS) {
    await lab.execOrThrow(host, `umask 077; cat >${HOST_FILE}`, { input: pem });
  }
});

afterAll(() => project?.remove());

describe("two hosts that are known by IPv6 addresses alone", () => {
  test("become two clusters behind one IPv6 address, with firewalls and TLS between them", async () => {
    await project.synth(program).apply();
    await waitForPing(lab, entry);
    expect(await project.planStatus()).toBe(0);
    expect(await project.output("zato_entry_address")).toBe(virtualAddress());
    expect(await poolOf(lab, "host1")).toBe("host1 UP, host2 UP");
    expect(await verify(project.folder)).toMatchObject({ status: 0 });
  });

  test("let nobody in but who may", async () => {
    expect(await httpStatus(lab, entry, "lb1")).toBe(0);
    expect(await httpStatus(lab, `https://[${address6("host1")}]:11224/zato/ping`, "client", "--insecure")).toBe(0);
    expect(await httpStatus(lab, `http://[${address6("host1")}]:11223/zato/ping`)).toBe(0);
  });

  test("answer on while a power cut takes the one that holds the address", async () => {
    // GIVEN
    const [holding] = await holdersOf(lab, virtualAddress(), HOSTS);
    const running = await startLoad(lab, { url: entry, seconds: 14 });
    await running.begun;
    await sleep(3_000);

    // WHEN
    await lab.disconnect(holding!);
    const moment = Date.now();
    await lab.powerCut(holding!);

    // THEN
    const all = await running.finished;
    const after = all.where((request) => request.start * 1000 >= moment);
    console.log(`power cut over IPv6: ${describeLoad(all)}`);
    expect(after.failedByKind).toEqual({});
    await lab.powerOn(holding!);
    await waitUntil("both clusters", 60_000, async () => {
      const pool = await poolOf(lab, holding!);
      return pool === "host1 UP, host2 UP" ? undefined : pool;
    });
  });

  test("leave nothing behind", async () => {
    expect(await project.destroy()).toMatchObject({ status: 0 });
  });
});
