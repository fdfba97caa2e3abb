import { ClusterContent, HaproxyLoadBalancer, WorkerAllocation, ZatoCluster } from "cdktf-zato";
import fc from "fast-check";
import { bash, HOST_SCRIPTS } from "../support/bash";
import { Manifest } from "../support/manifest";
import { INSTALLATION, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

/** What a user has on one host, by names. */
interface Declared {
  readonly clusters: readonly { readonly name: string; readonly server: string }[];
  readonly balancers: readonly string[];
  readonly firewall: boolean;
}

/** Names that our own places are made of, alone and together. */
const PIECES = [
  "x",
  "content",
  "firewall",
  "revert",
  "vrrp",
  "server1",
  "load-balancer",
  "backup",
  "static",
  "packages",
];
const name = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 3 })
  .map((pieces) => pieces.join("-"))
  .filter((text) => text.length <= 32);
const declared: fc.Arbitrary<Declared> = fc.record({
  clusters: fc.array(fc.record({ name, server: name }), { maxLength: 2 }),
  balancers: fc.uniqueArray(name, { maxLength: 2 }),
  firewall: fc.boolean(),
});

function synth({ clusters, balancers, firewall }: Declared): Template {
  const stack = newStack();
  const host = newHost(stack, "host1", { cpus: 64, ...(firewall ? { firewall: {} } : {}) });
  const zato = clusters.map(({ name: clusterName, server }, index) => {
    const base = 10_000 * (index + 1);
    const cluster = new ZatoCluster(stack, `cluster${index}`, {
      clusterName,
      host,
      installation: INSTALLATION,
      servers: 0,
      workers: WorkerAllocation.matchCpus({ reservedCpus: 63 }),
      backup: {},
      schedulerPort: base,
      webAdmin: { port: base + 1 },
      zatoLoadBalancer: { port: base + 2 },
    });
    cluster.addServer(server, { port: base + 3, ipcPort: base + 10, workers: 1 });
    new ClusterContent(stack, `content${index}`, { clusters: [cluster] }).addCache("cache");
    return cluster;
  });
  balancers.forEach((id, index) => {
    const balancer = new HaproxyLoadBalancer(stack, id, { hosts: [host], port: 50_000 + index });
    zato[index]?.node.addDependency(balancer);
  });
  return Template.synth(stack);
}

const ours = bash('CONFIG=/etc/cdktf-zato; . "$1/lib/zato.sh"; content_secrets CLUSTER', [HOST_SCRIPTS]).stdout;

/** Each unit and each path that a component's manifest names or the scripts derive from it. */
function placesOf(kind: string, component: string, { parameters, files }: Manifest): string[] {
  const { cluster = "", unit, timer, vrrp_unit, folder, path, environment_file, directory } = parameters;
  const runtime = Object.values(files).flatMap((text) =>
    [...text.matchAll(/^RuntimeDirectory=(.*)$/gm)].map(([, one]) => `/run/${one}`),
  );
  const named = [unit, timer, vrrp_unit, kind === "installation" ? "" : folder, path, environment_file, directory];
  const byKind: Readonly<Record<string, string[]>> = {
    cluster: [`/etc/cdktf-zato/secrets/${cluster}`, `/opt/zato/packages/${cluster}`],
    content: [
      ours.replace("CLUSTER", cluster),
      ...["hot-deploy", "modules", "user-conf", "static"].map((one) => `/opt/zato/env/${cluster}/${one}`),
    ],
    firewall: ["zato-firewall.service", "zato-firewall-revert.service", "zato-firewall-revert.timer"],
  };
  return [
    ...[...named, ...runtime].filter((place) => place !== undefined && place !== ""),
    ...(byKind[kind] ?? []),
    `/var/lib/cdktf-zato/components/${component}`,
    `/var/log/cdktf-zato/${component}.log`,
  ] as string[];
}

/** Places that two components share, or that lie inside another whole's. */
function shared(template: Template): string[] {
  const all = Object.values(template.resources).flatMap(({ triggers = {}, provisioner = [] }) => {
    const words = provisioner.flatMap((one) => one["remote-exec"]?.inline ?? []).join(" ");
    const found = / converge\.sh (\S+) (\S+) /.exec(words.replaceAll("scripts/", " "));
    if (!found) return [];
    const [, kind = "", component = ""] = found;
    const files = Object.fromEntries(
      Object.entries(triggers).flatMap(([key, text]) => (key.startsWith("file_") ? [[key.slice(5), text]] : [])),
    );
    const whole = triggers.cluster ?? component;
    return placesOf(kind, component, { parameters: triggers, files }).map((place) => ({ component, whole, place }));
  });
  return all.flatMap((one, index) =>
    all.slice(index + 1).flatMap((other) => {
      const [a, b] = [one.place, other.place];
      const nested = one.whole !== other.whole && (a.startsWith(`${b}/`) || b.startsWith(`${a}/`));
      return (a === b && one.component !== other.component) || nested
        ? [`${one.component} ${a}, ${other.component} ${b}`]
        : [];
    }),
  );
}

test("whatever names things on a host have, no two share a unit, a file or a folder, or synth refuses them", () => {
  fc.assert(
    fc.property(declared, (program) => {
      let template: Template | undefined;
      try {
        template = synth(program);
      } catch (error) {
        expect((error as Error).name).toBe("ConstructError");
      }
      // Some three of four are refused; a run is one that is not.
      fc.pre(template !== undefined);
      expect(shared(template)).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

test("clusters whose names differ by '-content' are there together, each with secrets of its own", () => {
  const clusters = ["x", "x-content"].map((cluster) => ({ name: cluster, server: "server1" }));
  expect(shared(synth({ clusters, balancers: [], firewall: false }))).toEqual([]);
});

test.each<[string, Declared, string]>([
  [
    "a balancer with the name of the firewall, also where there is none",
    { clusters: [], balancers: ["firewall"], firewall: false },
    "'firewall' is already the name of stack/host1",
  ],
  [
    "a balancer with the name of another one's virtual address, also where it has none",
    { clusters: [], balancers: ["x", "x-vrrp"], firewall: false },
    "zato-x-vrrp.service on the host would be that of stack/x/host1 too",
  ],
  [
    "a server and a cluster that come to one unit",
    {
      clusters: [
        { name: "x", server: "y-server1" },
        { name: "x-y", server: "server1" },
      ],
      balancers: [],
      firewall: false,
    },
    "'x-y-server1' is already the name of stack/cluster0/y-server1",
  ],
  [
    "a server that takes a folder of the cluster's",
    { clusters: [{ name: "x", server: "static" }], balancers: [], firewall: false },
    "'static' is the name of another part of the cluster",
  ],
])("%s is refused", (_, program, message) => {
  expect(() => synth(program)).toThrow(message);
});
