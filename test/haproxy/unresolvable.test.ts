import {
  ExistingLoadBalancer,
  HaproxyLoadBalancer,
  IExternalLoadBalancer,
  IHost,
  ZatoInstallation,
  HighAvailabilityDeployment,
} from "cdktf-zato";
import { TerraformStack } from "cdktf";
import fc from "fast-check";
import { newHost, newStack } from "../support/stack";
import { Template } from "../support/template";
import { complaintsAbout, newFolder, removeFolder } from "./support/haproxy";

const folder = newFolder();

afterAll(() => removeFolder(folder));

/** An address or a name that nobody can resolve (RFC 6761), where a program says either. */
const either = (id: string, address: string): fc.Arbitrary<string> => fc.constantFrom(address, `${id}.invalid`);

const program = fc.record({
  host1: either("host1", "10.0.0.11"),
  host2: either("host2", "10.0.0.12"),
  front: either("front", "10.0.0.13"),
  isPair: fc.boolean(),
  ours: fc.boolean(),
  virtualAddress: either("vip", "10.0.0.100"),
  proxy: either("proxy", "192.0.2.1"),
  asks: either("prometheus", "10.9.0.1"),
  webAdmin: either("host1", "10.0.0.11"),
});

type Program = typeof program extends fc.Arbitrary<infer Value> ? Value : never;

function balancer(stack: TerraformStack, declared: Program, hosts: readonly IHost[]): IExternalLoadBalancer {
  const trustedProxies = [declared.proxy];
  const { front, isPair, virtualAddress } = declared;
  if (!declared.ours) {
    return new ExistingLoadBalancer(stack, "edge", { address: virtualAddress, trustedProxies });
  }
  return new HaproxyLoadBalancer(stack, "edge", {
    ...(isPair ? { hosts, virtualAddress } : { hosts: [newHost(stack, "front3", { address: front })] }),
    trustedProxies,
  });
}

/** What HAProxies are told; none where the program is refused. */
function configsOf(declared: Program): string[] {
  const stack = newStack();
  const hosts = [
    newHost(stack, "host1", { address: declared.host1 }),
    newHost(stack, "host2", { address: declared.host2 }),
  ];
  try {
    new HighAvailabilityDeployment(stack, "zato", {
      hosts,
      installation: ZatoInstallation.preinstalled("/opt/zato/3.3"),
      loadBalancer: balancer(stack, declared, hosts),
      metrics: { from: [declared.asks] },
      webAdmin: { bindAddress: declared.webAdmin },
    });
    const template = Template.synth(stack);
    const nodes = declared.ours ? [`edge/${declared.isPair ? "host1" : "front3"}`] : [];
    return [...nodes, "zato/host1/load-balancer", "zato/host2/load-balancer"].map(
      (node) => template.manifest(node).files.config!,
    );
  } catch (error) {
    expect(String(error)).toMatch(/'\w+\.invalid' is no /);
    return [];
  }
}

test("GIVEN names wherever a program may say an address, WHEN none resolves, THEN HAProxy starts, or the program is refused", () => {
  let accepted = 0;
  fc.assert(
    fc.property(program, (declared) => {
      const configs = configsOf(declared);
      accepted += configs.length > 0 ? 1 : 0;
      expect(configs.map((config) => complaintsAbout(folder, config, "config", "-dW"))).toEqual(configs.map(() => ""));
    }),
    {
      numRuns: 20,
      endOnFailure: true,
      examples: [
        // All that may be a name is one.
        [{ host1: "host1.invalid", host2: "host2.invalid", front: "10.0.0.13", isPair: false, ours: true, virtualAddress: "vip.invalid", proxy: "192.0.2.1", asks: "10.9.0.1", webAdmin: "10.0.0.11" }], // prettier-ignore
        [{ host1: "host1.invalid", host2: "host2.invalid", front: "front.invalid", isPair: false, ours: true, virtualAddress: "10.0.0.100", proxy: "192.0.2.1", asks: "10.9.0.1", webAdmin: "10.0.0.11" }], // prettier-ignore
        [{ host1: "host1.invalid", host2: "host2.invalid", front: "front.invalid", isPair: false, ours: false, virtualAddress: "vip.invalid", proxy: "192.0.2.1", asks: "10.9.0.1", webAdmin: "10.0.0.11" }], // prettier-ignore
      ],
    },
  );
  expect(accepted).toBeGreaterThan(1);
});
