import { establishOn, HostPresence, IHost, SshAccess } from "cdktf-zato";
import { Construct } from "constructs";
import { newCluster, newHost, newStack, SSH } from "../support/stack";
import { Template } from "../support/template";

/** A kind of host that the library does not know. */
class OwnHost extends Construct implements IHost {
  public readonly hostName = this.node.id;
  public readonly cpus: number = 4;
  public readonly revision = "1";
  public readonly isLost = false;
  public readonly failureDomain = "rack 7";
  public readonly access = new SshAccess(this, SSH);
  public readonly presence: HostPresence;

  constructor(
    scope: Construct,
    id: string,
    public readonly address = "10.0.0.17",
  ) {
    super(scope, id);
    this.presence = establishOn(this);
  }
}

test("somebody else's host takes a cluster, to the same resources as the library's own", () => {
  // GIVEN
  const [own, others] = [newStack(), newStack()];

  // WHEN
  newCluster(own, { host: newHost(own, "host7", { address: "10.0.0.17", cpus: 4 }) });
  newCluster(others, { host: new OwnHost(others, "host7") });

  // THEN
  const { resources } = Template.synth(others);
  expect(Object.keys(resources).length).toBeGreaterThan(10);
  expect(resources).toEqual(Template.synth(own).resources);
});

test("what it has on its machine, nobody else can have", () => {
  const stack = newStack();
  const host = new OwnHost(stack, "host7");
  newCluster(stack, { host });
  expect(() => newCluster(stack, { host }, "b")).toThrow(/port 11223 of the Zato load-balancer is already used by/);
  expect(() => newHost(stack, "host8", { address: "10.0.0.17" })).toThrow(/is that of stack\/host7/);
});

test.each([
  ["an address that is none", "host7", "10.0.0.17/8"],
  ["a name that could not be one of a folder", "host 7", "10.0.0.17"],
])("fails for %s", (_, id, address) => {
  expect(() => new OwnHost(newStack(), id, address)).toThrow(/^stack\/host ?7: '(10.0.0.17\/8|host 7)' /);
});
