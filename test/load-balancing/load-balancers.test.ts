import { ExistingLoadBalancer, HealthCheck, IExternalLoadBalancer, PoolBinding } from "cdktf-zato";
import { Construct } from "constructs";
import { newDeployment, newStack } from "../support/stack";
import { Template } from "../support/template";

describe("the health check", () => {
  const stack = newStack();

  test("asks for /zato/ping, and finds a dead cluster in six seconds", () => {
    const check = new HealthCheck(stack);
    expect({ ...check }).toEqual({ path: "/zato/ping", interval: 2, timeout: 2, rise: 2, fall: 2 });
    expect(check.detectionTime).toBe(6);
  });

  test("takes what it is told", () => {
    const check = new HealthCheck(stack, { path: "/up", interval: 10, timeout: 5, rise: 1, fall: 3 });
    expect({ ...check, detectionTime: check.detectionTime }).toEqual({
      path: "/up",
      interval: 10,
      timeout: 5,
      rise: 1,
      fall: 3,
      detectionTime: 35,
    });
  });

  test.each([
    [{ interval: 0 }, "stack: the interval of the health check is 0; give a whole number from 1 to 300"],
    [{ interval: 301 }, /the interval of the health check is 301/],
    [{ timeout: 0 }, /the timeout of the health check is 0/],
    [{ rise: 0 }, /'rise' of the health check is 0/],
    [{ fall: 11 }, /'fall' of the health check is 11/],
    [{ path: "zato/ping" }, /'zato\/ping' is no path of a health check/],
    [{ path: "/a b" }, /'\/a b' is no path of a health check/],
  ])("fails for %j", (props, message) => {
    expect(() => new HealthCheck(stack, props)).toThrow(message);
  });
});

describe("a balancer that others run", () => {
  test("gets no resource; the pool comes out as an output", () => {
    // GIVEN
    const stack = newStack();

    // WHEN
    const edge = new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.10" });
    newDeployment(stack, { loadBalancer: edge });

    // THEN
    const template = Template.synth(stack);
    expect(Object.keys(template.resources).filter((address) => address.includes("edge"))).toEqual([]);
    expect(template.output("zato_entry_address")).toBe("192.0.2.10:443");
    expect(template.output("zato_pool")).toEqual({
      members: [
        { name: "host1", address: "10.0.0.11", port: 11223 },
        { name: "host2", address: "10.0.0.12", port: 11223 },
      ],
      health_check: { path: "/zato/ping", interval: 2, timeout: 2, rise: 2, fall: 2, expect: 200 },
      affinity: "none",
      max_connections_per_member: 2000,
      sticky_paths: [],
      request_timeout: 60,
    });
  });

  test.each([
    [{ address: "a b" }, /'a b' is no address of a load balancer/],
    [{ address: "a", port: 0 }, /the port of the load balancer is 0/],
  ])("fails for %j", (props, message) => {
    expect(() => new ExistingLoadBalancer(newStack(), "edge", props)).toThrow(message);
  });
});

test("fails for a load balancer that no deployment uses, at synth", () => {
  const stack = newStack();
  new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.10" });
  expect(() => Template.synth(stack)).toThrow(
    /stack\/edge: the load balancer has no pool; give it to a HighAvailabilityDeployment as 'loadBalancer'/,
  );
});

test("fails for a load balancer of two deployments", () => {
  const stack = newStack();
  const edge = new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.10" });
  edge.bindPool({ pool: () => ({}) as never, readyClusters: () => [] });
  expect(() => newDeployment(stack, { loadBalancer: edge })).toThrow(
    "stack/edge: the load balancer already belongs to a deployment; give each deployment a load balancer of its own",
  );
});

test("a kind that the library does not know gets the same pool", () => {
  // GIVEN
  class Appliance extends Construct implements IExternalLoadBalancer {
    public readonly entryAddress = "vip.example.com";
    public readonly entryPort = 8443;
    public binding?: PoolBinding;
    public bindPool(binding: PoolBinding): void {
      this.binding = binding;
    }
  }
  const stack = newStack();
  const appliance = new Appliance(stack, "appliance");

  // WHEN
  const deployment = newDeployment(stack, { loadBalancer: appliance });

  // THEN
  expect(appliance.binding?.pool()).toEqual(deployment.pool);
  expect(appliance.binding?.readyClusters().map(({ node }) => node.path)).toEqual(
    deployment.clusters.flatMap((cluster) => cluster.components.map(({ node }) => node.path)),
  );
  expect(Template.synth(stack).output("zato_entry_address")).toBe("vip.example.com:8443");
});
