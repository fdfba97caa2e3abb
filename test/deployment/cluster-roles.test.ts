import {
  ClusterTraffic,
  ExistingLoadBalancer,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  ICluster,
  IUpdatedInTurn,
} from "cdktf-zato";
import { Construct } from "constructs";
import { newCluster, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

/** A cluster that somebody else has installed: it answers, and that is all. */
class ForeignCluster extends Construct implements ICluster {
  public readonly clusterName = this.node.id;
  public readonly failureDomain = "somewhere else";
  public readonly memberAddress = "10.0.9.1";
  public readonly memberPort = 17010;
  public readonly privatePaths = ["/metrics"];
  public readonly healthUrl = "http://10.0.9.1:17010/zato/ping";
  public readonly components = [];
  public traffic?: ClusterTraffic;
  public readonly before: IUpdatedInTurn[] = [];

  public serve(traffic: ClusterTraffic): void {
    this.traffic = traffic;
  }

  public startAfter(other: IUpdatedInTurn): void {
    this.before.push(other);
  }
}

test("a cluster of another kind is what it can be in a deployment: here a member of the pool", () => {
  // GIVEN
  const stack = newStack();
  const foreign = new ForeignCluster(stack, "foreign");
  const cluster = newCluster(stack, { host: newHost(stack, "host1") });
  const loadBalancer = new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.7" });

  // WHEN
  const deployment = new HighAvailabilityDeployment<ICluster>(stack, "zato", {
    clusters: [foreign, cluster],
    loadBalancer,
    requestTimeout: 7,
  });
  deployment.content.addCache("A");

  // THEN requests are spread over both
  const template = Template.synth(stack);
  expect(template.output("zato_pool")).toMatchObject({
    members: [
      { name: "foreign", address: "10.0.9.1", port: 17010 },
      { name: "a", address: "10.0.0.11", port: 11223 },
    ],
  });
  expect(foreign.traffic?.requestTimeout).toBe(7);
  expect(foreign.traffic?.others()).toEqual(["http://10.0.0.11:11223/zato/ping"]);
  expect(template.manifest("a/load-balancer").parameters.other_clusters).toBe("http://10.0.9.1:17010/zato/ping");
  // AND content, scheduler and web-admin are those of the one that has them
  expect(template.manifest("zato/content/a").parameters.owned).toBe("zato_cache_builtin/A");
  expect(cluster.scheduler.isActive).toBe(true);
  expect(Object.keys(template.output("zato_web_admin") as object)).toEqual(["a"]);
  // AND they are updated in turn
  expect(foreign.before).toEqual([cluster]);
});

test("nothing but a pool is left of a deployment of such clusters alone", () => {
  const stack = newStack();
  const host = newHost(stack, "host1");
  new HighAvailabilityDeployment<ICluster>(stack, "zato", {
    clusters: [new ForeignCluster(stack, "foreign")],
    loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts: [host] }),
  });
  const template = Template.synth(stack);
  expect(template.manifest("edge/host1").files.config).toContain("10.0.9.1:17010");
  expect(template.output("zato_clusters")).toMatchObject({ foreign: { servers: {} } });
  // AND what its release keeps to itself is refused in front, and nothing else is
  expect(template.manifest("edge/host1").files.config).toContain("acl zato_private path,url_dec -m beg -i /metrics\n");
  expect(template.manifest("edge/host1").files.config).not.toContain("/ide-deploy");
  expect(template.output("zato_pool")).toMatchObject({ private_paths: ["/metrics"] });
});

test("fails for a scheduler of a cluster that has none", () => {
  const stack = newStack();
  const clusters = [new ForeignCluster(stack, "foreign"), newCluster(stack)];
  expect(
    () => new HighAvailabilityDeployment<ICluster>(stack, "zato", { clusters, schedulerCluster: "foreign" }),
  ).toThrow("there is no cluster 'foreign' whose scheduler could run; set 'schedulerCluster' to one of 'a'");
});
