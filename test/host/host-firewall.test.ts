import { TerraformVariable } from "cdktf";
import {
  ExistingLoadBalancer,
  HaproxyLoadBalancer,
  DeploymentOfHostsProps,
  PhysicalHost,
  PhysicalHostProps,
} from "cdktf-zato";
import { newDeployment, newHost, newStack, SSH } from "../support/stack";
import { commandsOf, Template } from "../support/template";

/** The lines of the firewall of host1 in a deployment on two hosts. */
function ingress(
  props: Partial<PhysicalHostProps> = {},
  deployment: (hosts: PhysicalHost[]) => Partial<DeploymentOfHostsProps> = () => ({}),
): string[] {
  const stack = newStack();
  const hosts = ["host1", "host2"].map((id) => newHost(stack, id, { firewall: {}, ...props }));
  newDeployment(stack, { hosts, ...deployment(hosts) });
  return Template.synth(stack).manifest("host1/firewall").files.ingress!.split("\n");
}

test("a host has none, and is not told of one, unless asked for", () => {
  const stack = newStack();
  newDeployment(stack);
  const template = Template.synth(stack);
  expect(template.text).not.toContain("firewall");
  expect(Object.keys(template.preflight("host1").parameters)).not.toContain("files");
});

test("without a load balancer, SSH and the clusters are reached from anywhere", () => {
  expect(ingress()).toEqual(["tcp 22 any SSH", "tcp 11223 any the Zato load-balancer"]);
});

test("of a pair, clusters are reached from the pair, clients from anywhere, and each hears the other", () => {
  const lines = ingress({}, ([host1, host2]) => ({
    loadBalancer: new HaproxyLoadBalancer(host1!.node.scope!, "edge", {
      hosts: [host1!, host2!],
      virtualAddress: "10.0.0.100",
    }),
  }));
  expect(lines).toEqual([
    "tcp 22 any SSH",
    "tcp 80 any the load balancer edge",
    "vrrp - any the load balancer edge",
    "tcp 11223 10.0.0.11 the Zato load-balancer",
    "tcp 11223 10.0.0.12 the Zato load-balancer",
  ]);
});

test("clients, administrators and others come from where the program says", () => {
  const lines = ingress(
    {
      ssh: { ...SSH, port: 2222 },
      firewall: {
        sshFrom: ["10.9.0.0/16", "2001:db8::1"],
        ingress: [{ port: 161, protocol: "udp", from: ["10.8.0.1"] }],
      },
    },
    ([host1, host2]) => ({
      webAdmin: { bindAddress: "0.0.0.0", allowedNetworks: ["10.9.0.0/16"] },
      loadBalancer: new HaproxyLoadBalancer(host1!.node.scope!, "edge", {
        hosts: [host1!, host2!],
        virtualAddress: "10.0.0.100",
        allowedNetworks: ["192.0.2.0/24"],
      }),
    }),
  );
  expect(lines).toEqual([
    "tcp 2222 10.9.0.0/16 SSH",
    "tcp 2222 2001:db8::1 SSH",
    "udp 161 10.8.0.1 as declared",
    "tcp 80 192.0.2.0/24 the load balancer edge",
    "tcp 80 10.0.0.12 the load balancer edge",
    "vrrp - any the load balancer edge",
    "tcp 11223 10.0.0.11 the Zato load-balancer",
    "tcp 11223 10.0.0.12 the Zato load-balancer",
    "tcp 8183 10.9.0.0/16 web-admin",
  ]);
});

test("a balancer that others run may say from where it calls", () => {
  const lines = ingress({}, ([host1]) => ({
    loadBalancer: new ExistingLoadBalancer(host1!.node.scope!, "edge", {
      address: "192.0.2.10",
      sourceNetworks: ["192.0.2.0/28"],
    }),
  }));
  expect(lines.slice(1)).toEqual([
    "tcp 11223 192.0.2.0/28 the Zato load-balancer",
    // The other cluster asks whether this one answers before it stops.
    "tcp 11223 10.0.0.12 the Zato load-balancer",
  ]);
});

test("addresses that are known after apply are brought to the host as data", () => {
  const stack = newStack();
  const address = new TerraformVariable(stack, "address", {}).stringValue;
  const hosts = [newHost(stack, "host1", { firewall: { sshFrom: [address] } }), newHost(stack, "host2", { address })];
  const loadBalancer = new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: "10.0.0.100" });
  newDeployment(stack, { hosts, loadBalancer });
  const { triggers } = Template.synth(stack).state("host1/firewall");
  expect(triggers?.file_ingress).toContain("tcp 22 ${var.address} SSH\n");
  expect(triggers?.file_ingress).toContain("tcp 11223 ${var.address} the Zato load-balancer");
});

describe("its resources", () => {
  const template = (firewall: PhysicalHostProps["firewall"] = {}): Template => {
    const stack = newStack();
    newDeployment(stack, { hosts: [newHost(stack, "host1", { firewall }), newHost(stack, "host2")] });
    return Template.synth(stack);
  };

  test("come before all others of the host, since those need what it lets in", () => {
    const synthesized = template();
    for (const component of ["installation", "odb", "server1", "load-balancer", "scheduler"]) {
      expect(synthesized.comesAfter(`zato/host1/${component}`, "host1/firewall")).toBe(true);
      expect(synthesized.state(`zato/host2/${component}`).depends_on).not.toContain(
        synthesized.addressOf("host1/firewall/state"),
      );
    }
  });

  test("are confirmed over a connection of their own, in less time than the host waits", () => {
    const provisioners = template().state("host1/firewall").provisioner ?? [];
    expect(commandsOf(provisioners.at(-2))[0]).toMatch(/converge\.sh firewall firewall /);
    expect(commandsOf(provisioners.at(-1))).toEqual(["sudo -n bash .cdktf-zato/scripts/confirm.sh firewall firewall"]);
    expect(provisioners.at(-1)?.["remote-exec"]?.connection).toMatchObject({ host: "10.0.0.11", timeout: "30s" });
    expect(template().manifest("host1/firewall").parameters.rollback_seconds).toBe("60");
  });

  test("are known to the preflight, which takes away one that is no longer declared", () => {
    expect(template().preflight("host1").parameters.firewall).toBe("true");
    expect(template().preflight("host2").parameters.firewall).toBeUndefined();
  });
});

describe("fails for", () => {
  test.each<[string, PhysicalHostProps["firewall"], string | RegExp]>([
    [
      "a network that is none",
      { sshFrom: ["10.0.0.0/33"] },
      "stack/host1/firewall: '10.0.0.0/33' is no network to log in from; give an IPv4 or IPv6 network, for example " +
        "'10.0.0.0/8', or an address",
    ],
    [
      "a name in place of a network",
      { sshFrom: ["office.example.com"] },
      /'office.example.com' is no network to log in/,
    ],
    ["an address that nftables does not read", { sshFrom: ["::ffff:10.0.0.1"] }, /'::ffff:10.0.0.1' is no network/],
    ["text that would be more than a network", { sshFrom: ["10.0.0.1 accept; flush ruleset"] }, /is no network/],
    ["nobody who could log in", { sshFrom: [] }, /there is no network to log in from; name at least one/],
    ["a port that is none", { ingress: [{ port: 0 }] }, /a port of the firewall is 0/],
    [
      "a port that nobody reaches",
      { ingress: [{ port: 1, from: [] }] },
      /there is no network from which port 1 is reached/,
    ],
  ])("%s", (_, firewall, message) => {
    expect(() => newHost(newStack(), "host1", { firewall })).toThrow(message);
  });

  test("a second component of its name on the host", () => {
    const stack = newStack();
    const host = newHost(stack, "host1", { firewall: {} });
    expect(() => new HaproxyLoadBalancer(stack, "firewall", { hosts: [host] })).toThrow(
      /'firewall' is already the name/,
    );
  });

  test("networks of clients or administrators where nothing would keep others out", () => {
    const stack = newStack();
    const hosts = [newHost(stack, "host1", { firewall: {} }), newHost(stack, "host2")];
    const props = { hosts, virtualAddress: "10.0.0.100", allowedNetworks: ["10.0.0.0/8"] };
    expect(() => new HaproxyLoadBalancer(stack, "edge", props)).toThrow(
      /nothing on stack\/host2 keeps others than 'allowedNetworks' from the load balancer; give each of its hosts a 'firewall'/,
    );
    expect(() => newDeployment(stack, { hosts, webAdmin: { allowedNetworks: ["10.0.0.0/8"] } })).toThrow(
      /nothing keeps others than 'allowedNetworks' from web-admin; give stack\/host2 a 'firewall', or web-admin a 'cert/,
    );
  });
});
