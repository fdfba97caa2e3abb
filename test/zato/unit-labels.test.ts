import { HaproxyLoadBalancer } from "cdktf-zato";
import fc from "fast-check";
import { describeUnit } from "../../lib/zato/systemd-unit";
import { anyText } from "../support/arbitraries";
import { newDeployment, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

test("each line of the journal says of which component it is, and each unit from which stack it comes", () => {
  // GIVEN
  const stack = newStack({}, "production");
  const hosts = [newHost(stack, "host1"), newHost(stack, "host2")];
  newDeployment(stack, {
    hosts,
    backup: {},
    loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: "10.0.0.100" }),
  });

  // WHEN
  const template = Template.synth(stack);
  const unit = (path: string, file = "unit"): string => template.manifest(path).files[file]!;
  const units = [
    ...["server1", "server2", "load-balancer", "scheduler", "web-admin", "backup"].map((id) =>
      unit(`zato/host1/${id}`),
    ),
    unit("zato/host2/server1"),
    unit("edge/host1"),
    unit("edge/host1", "vrrp_unit"),
  ];

  // THEN
  const value = (name: string): string[] => units.map((text) => new RegExp(`^${name}=(.*)$`, "m").exec(text)![1]!);
  expect(value("SyslogIdentifier")).toEqual([
    "host1-server1",
    "host1-server2",
    "host1-load-balancer",
    "host1-scheduler",
    "host1-web-admin",
    "host1-backup",
    "host2-server1",
    "edge",
    "edge-vrrp",
  ]);
  expect(value("Description")).toEqual([
    "Zato server server1 of host1 (stack production)",
    "Zato server server2 of host1 (stack production)",
    "Zato load-balancer of host1 (stack production)",
    "Zato scheduler of host1 (stack production)",
    "Zato web-admin of host1 (stack production)",
    "Backup of the Zato cluster host1 (stack production)",
    "Zato server server1 of host2 (stack production)",
    "Load balancer edge in front of Zato's clusters (stack production)",
    "Virtual address of the load balancer edge (stack production)",
  ]);
});

test("the id of a stack cannot be a directive, or continue on the next line", () => {
  fc.assert(
    fc.property(anyText, (stack) => {
      const text = describeUnit("Zato", { component: "a", stack });
      expect(text).not.toMatch(/[\p{Cc}\\]/u);
      expect(text.startsWith("Zato (stack ") && text.endsWith(")")).toBe(true);
    }),
  );
});
