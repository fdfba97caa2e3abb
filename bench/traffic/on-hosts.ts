import { HaproxyLoadBalancer, HighAvailabilityDeployment, TlsCertificate, ZatoInstallation } from "../../lib";
import { Lab } from "../../lab/lab";
import { silent } from "../../lab/log";
import { Authority } from "../../test/lab/support/certificates";
import { labHost, virtualAddress } from "../../test/lab/support/programs";
import { Project, type Program } from "../../test/lab/support/project";
import { holdersOf } from "../../test/lab/support/zato";
import { type Result } from "../result";
import { compare } from "./comparison";
import { plainTls, renderPlain } from "./pairs";

const HOSTS = ["host1", "host2"] as const;
const NAME = "zato.example.com";
const PEM = "/etc/ssl/private/zato.pem";
const CA = "/etc/ssl/private/zato-ca.pem";
const PORTS = { outer: 29011, inner: 29012 };

/** Two hosts as a deploy leaves them, and a plain pair beside it in front of the same servers. */
export async function compareOnHosts(): Promise<Result[]> {
  const lab = await Lab.up({ hosts: HOSTS.map((name) => ({ name })), log: silent });
  try {
    return [...(await compareDeployed(lab, false)), ...(await compareDeployed(lab, true))];
  } finally {
    await lab.down();
  }
}

async function compareDeployed(lab: Lab, memberTls: boolean): Promise<Result[]> {
  await lab.freshHosts(HOSTS, { equipped: true });
  const authority = await Authority.create(lab, "bench");
  const pem = await authority.sign(NAME);
  const project = new Project(lab);
  try {
    for (const host of HOSTS) {
      await lab.execOrThrow(host, `cat >${PEM}`, { input: pem });
      await lab.execOrThrow(host, `cat >${CA}`, { input: authority.certificate });
    }
    project.synth(program(lab, memberTls ? authority.certificate : undefined));
    await project.apply();
    const address = virtualAddress(lab);
    const [holder] = await holdersOf(lab, address, HOSTS);
    await startPlainPair(lab, holder!, memberTls);
    return await compare({
      ours: address,
      plain: `${lab.host(holder!).address}:${PORTS.outer}`,
      where: `two hosts of the lab, ${memberTls ? "with" : "without"} TLS to the clusters`,
      hasGoals: true,
    });
  } finally {
    project.remove();
  }
}

function program(lab: Lab, ca: string | undefined): Program {
  return (stack) => {
    const hosts = HOSTS.map((name) => labHost(stack, lab, name));
    new HighAvailabilityDeployment(stack, "zato", {
      hosts,
      installation: ZatoInstallation.archive(lab.archive),
      zatoLoadBalancer:
        ca === undefined ? undefined : { tls: { certificate: TlsCertificate.fromHostFile(PEM), ca, serverName: NAME } },
      loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: virtualAddress(lab) }),
    });
  };
}

/** The outer half where ours is, the inner one on each host, in front of its servers. */
async function startPlainPair(lab: Lab, holder: string, memberTls: boolean): Promise<void> {
  const tls = memberTls ? plainTls(PEM, CA, NAME) : { bind: "", server: "" };
  for (const host of HOSTS) {
    const ours = await lab.execOrThrow(host, `cat /etc/zato/${host}/load-balancer/haproxy.cfg`);
    const servers = [...ours.matchAll(/^ +server (\S+ 127\.0\.0\.1:\d+) check/gm)].map(([, server]) => server!);
    await start(lab, host, "inner", renderPlain(`*:${PORTS.inner}${tls.bind}`, servers));
  }
  const members = HOSTS.map((host) => `${host} ${lab.host(host).address}:${PORTS.inner}${tls.server}`);
  await start(lab, holder, "outer", renderPlain(`*:${PORTS.outer}`, members));
}

async function start(lab: Lab, host: string, name: keyof typeof PORTS, config: string): Promise<void> {
  const file = `/root/plain-${name}.cfg`;
  await lab.execOrThrow(host, `cat >${file}`, { input: config });
  await lab.execOrThrow(host, ["systemd-run", "--unit", `plain-${name}`, "haproxy", "-db", "-f", file]);
  await lab.execOrThrow(
    host,
    `for _ in {1..50}; do ! ss -Hltn sport = :${PORTS[name]} | grep -q . || exit 0; sleep 0.1; done; exit 1`,
  );
}
