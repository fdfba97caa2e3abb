import { TerraformStack } from "cdktf";
import {
  ExistingLoadBalancer,
  ForwardedClients,
  HealthCheck,
  HealthCheckProps,
  IExternalLoadBalancer,
  PoolBinding,
} from "cdktf-zato";
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
    [{ servicePath: "orders" }, /'orders' is no path of a service to check/],
    [{ servicePath: "/zato/ping" }, /'servicePath' of the health check is '\/zato\/ping', as is its 'path'/],
    [{ failoverWithin: 0 }, /'failoverWithin' is 0/],
    [
      { interval: 20, fall: 3, timeout: 1 },
      "stack: the health check notices a dead cluster after 61 seconds, later than the 60 that 'failoverWithin' promises; " +
        "lower its 'interval', 'fall' or 'timeout', or promise less",
    ],
    [{ failoverWithin: 5 }, /notices a dead cluster after 6 seconds, later than the 5 that/],
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
    expect(template.output("zato_entry_address")).toBe("192.0.2.10");
    expect(template.output("zato_entry_port")).toBe(443);
    expect(template.output("zato_entry_url")).toBe("https://192.0.2.10");
    expect(template.output("zato_pool")).toEqual({
      members: [
        { name: "host1", address: "10.0.0.11", port: 11223, drained: false },
        { name: "host2", address: "10.0.0.12", port: 11223, drained: false },
      ],
      private_paths: ["/zato/", "/ide-deploy"],
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

describe("clusters that are drained", () => {
  test.each([
    [["host3"], /there is no cluster 'host3' to be drained; set 'drainedClusters' to one of 'host1', 'host2'/],
    [["host2", "host1"], /stack\/zato: all clusters are drained: 'host2', 'host1'; leave one out of 'drainedClusters'/],
  ])("fails for %j", (drainedClusters, message) => {
    expect(() => newDeployment(newStack(), { drainedClusters })).toThrow(message);
  });

  test("are neither reconfigured nor restarted for it", () => {
    const clusters = (drainedClusters: string[]): unknown => {
      const { resources } = Template.synth(newDeployment(newStack(), { drainedClusters }).node.scope as TerraformStack);
      return resources;
    };
    expect(clusters(["host1"])).toEqual(clusters([]));
  });
});

describe("a kind that checks health less often", () => {
  class Slow extends ExistingLoadBalancer {
    public override readonly healthCheckDefaults = { interval: 10, timeout: 4 };
  }
  const healthCheckOf = (healthCheck?: HealthCheckProps): HealthCheck => {
    const stack = newStack();
    return newDeployment(stack, { loadBalancer: new Slow(stack, "edge", { address: "192.0.2.10" }), healthCheck })
      .healthCheck;
  };

  test("does so by default", () => {
    expect(healthCheckOf()).toMatchObject({ interval: 10, timeout: 4, rise: 2, fall: 2 });
  });

  test("takes what the deployment says", () => {
    expect(healthCheckOf({ interval: 5, fall: 3 })).toMatchObject({ interval: 5, timeout: 4, fall: 3 });
  });
});

test("fails for a load balancer that no deployment uses, at synth", () => {
  const stack = newStack();
  new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.10" });
  expect(() => Template.synth(stack)).toThrow(
    /\[stack\/edge\] the load balancer has no pool; give it to a HighAvailabilityDeployment as 'loadBalancer'/,
  );
});

test("fails for a pool without a member, at synth", () => {
  const stack = newStack();
  const pool = { ...newDeployment(newStack()).pool, members: [] };
  new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.10" }).bindPool({
    pool: () => pool,
    readyClusters: () => [],
  });
  expect(() => Template.synth(stack)).toThrow(
    "[stack/edge] the pool has no member; give the deployment at least one cluster",
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

class Appliance extends Construct implements IExternalLoadBalancer {
  public readonly entryAddress = "vip.example.com";
  public readonly entryPort = 8443;
  public readonly usesTls = true;
  public binding?: PoolBinding;
  public forwardedClients?: ForwardedClients;
  public bindPool(binding: PoolBinding): void {
    this.binding = binding;
  }
}

test("fails for a kind that the library does not know, and that names a proxy which may not resolve", () => {
  const stack = newStack();
  const appliance = new Appliance(stack, "appliance");
  appliance.forwardedClients = { proxies: ["10.0.0.0/8", "vip.example.com"] };
  expect(() => newDeployment(stack, { loadBalancer: appliance })).toThrow(
    /'vip.example.com' is no address or network of what is in front of the cluster; give an IPv4 or IPv6 network/,
  );
});

test("a kind that the library does not know gets the same pool", () => {
  // GIVEN
  const stack = newStack();
  const appliance = new Appliance(stack, "appliance");

  // WHEN
  const deployment = newDeployment(stack, { loadBalancer: appliance });

  // THEN
  expect(appliance.binding?.pool()).toEqual(deployment.pool);
  expect(appliance.binding?.readyClusters().map(({ node }) => node.path)).toEqual(
    deployment.clusters.flatMap((cluster) => cluster.components.map(({ node }) => node.path)),
  );
  const template = Template.synth(stack);
  expect(template.output("zato_entry_address")).toBe("vip.example.com");
  expect(template.output("zato_entry_port")).toBe(8443);
  expect(template.output("zato_entry_url")).toBe("https://vip.example.com:8443");
});
