import { TerraformStack } from "cdktf";
import { DeploymentOfHostsProps, ExistingLoadBalancer, HaproxyLoadBalancer, IExternalLoadBalancer } from "cdktf-zato";
import { ApplicationLoadBalancer, NetworkLoadBalancer } from "cdktf-zato/aws";
import { CitrixAdcLoadBalancer } from "cdktf-zato/citrix";
import { F5BigIpLoadBalancer } from "cdktf-zato/f5";
import { existingNetwork, newAwsStack } from "../aws/support/stack";
import { newDeployment, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

const healthCheck = { servicePath: "/orders/health" };

function behind(
  balancer: (stack: TerraformStack) => IExternalLoadBalancer,
  props: Partial<DeploymentOfHostsProps> = {},
  stack = newStack(),
): Template {
  newDeployment(stack, { healthCheck, ...props, loadBalancer: balancer(stack) });
  return Template.synth(stack);
}

/** The configuration of a HAProxy in front. */
function configWith(props: Partial<DeploymentOfHostsProps>): { config: string; parameters: Record<string, string> } {
  const stack = newStack();
  const hosts = [newHost(stack, "host1"), newHost(stack, "host2")];
  const edge = new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: "10.0.0.100" });
  const { files, parameters } = behind(() => edge, { hosts, ...props }, stack).manifest("edge/host1");
  return { config: files.config!, parameters };
}

test("without a declared check a HAProxy in front is told nothing of one", () => {
  const { config, parameters } = configWith({ healthCheck: {} });
  expect(config).not.toMatch(/unfit|allbackups|clusters_ping|http-check connect/);
  expect(parameters).not.toHaveProperty("answering_back_end");
});

test("a HAProxy in front makes both checks in one, and falls back to those that answer", () => {
  const { config, parameters } = configWith({ drainedClusters: ["host2"] });
  expect(parameters).toMatchObject({ back_end: "clusters", answering_back_end: "clusters_ping" });
  const backEnds: Record<string, string> = Object.fromEntries(
    config
      .split(/^backend /m)
      .slice(1)
      .map((text): [string, string] => [text.split("\n")[0]!, text]),
  );
  expect(Object.keys(backEnds)).toEqual([
    "clusters",
    "clusters_once",
    "clusters_last_resort",
    "clusters_last_resort_once",
    "clusters_ping",
  ]);
  expect(backEnds.clusters!.match(/uri \S+/g)).toEqual(["uri /zato/ping", "uri /orders/health"]);
  expect(backEnds.clusters_ping!.match(/uri \S+/g)).toEqual(["uri /zato/ping"]);
  for (const name of ["clusters", "clusters_once"]) {
    expect(backEnds[name]).toMatch(/^ {4}option allbackups$/m);
    for (const host of ["host1", "host2"]) {
      expect(backEnds[name]).toMatch(
        new RegExp(`server ${host}\\.unfit \\S+ track clusters_ping/${host} maxconn 2000 .*backup$`, "m"),
      );
    }
  }
  // A drained one gets none then either.
  expect(config.match(/^ {4}server host2 .* disabled$/gm)).toHaveLength(3);
});

test("the pool says it to whoever runs another balancer", () => {
  const template = behind((stack) => new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.10" }));
  expect(template.output("zato_pool")).toMatchObject({
    health_check: { path: "/zato/ping", service_path: "/orders/health" },
  });
});

const appliance = { virtualAddress: "192.0.2.10" };

test.each<[string, (stack: TerraformStack) => IExternalLoadBalancer]>([
  ["an F5 BIG-IP", (stack) => new F5BigIpLoadBalancer(stack, "edge", { ...appliance, tenant: "Zato" })],
  ["a Citrix ADC", (stack) => new CitrixAdcLoadBalancer(stack, "edge", appliance)],
])("%s refuses it by name", (_, balancer) => {
  expect(() => behind(balancer)).toThrow(
    /stack\/edge.* cannot take clusters out by '\/orders\/health' for as long as one is left: it has one check for each; leave 'servicePath' out/,
  );
});

test.each([ApplicationLoadBalancer, NetworkLoadBalancer])("%p of AWS refuses it by name", (Kind) => {
  const stack = newAwsStack();
  const edge = new Kind(stack, "edge", {
    network: existingNetwork(stack),
    certificateArn: "arn:aws:acm:eu:1:certificate/x",
  });
  expect(() => behind(() => edge, {}, stack)).toThrow(
    /an? (Application|Network) Load Balancer of AWS cannot take clusters out by/,
  );
});

test("a path that clusters keep from everybody is refused, since none would ever pass", () => {
  for (const servicePath of ["/zato/api/x", "/ZATO/x"]) {
    expect(() => newDeployment(newStack(), { healthCheck: { servicePath } })).toThrow(
      /and clusters keep '\/zato\/' from everybody/,
    );
  }
});
