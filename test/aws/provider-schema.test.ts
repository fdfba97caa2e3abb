import { complaintsOfProvider } from "./support/provider-schema";

const LB = { name: "edge", subnets: ["subnet-0a"] };

test("knows what the provider takes", () => {
  expect(complaintsOfProvider({ resource: { aws_lb: { edge: LB }, null_resource: { other: { any: 1 } } } })).toEqual(
    [],
  );
});

test.each<[string, object, string]>([
  ["an unknown type", { aws_nothing: { a: {} } }, "aws_nothing is not in the schema"],
  ["an unknown argument", { aws_lb: { edge: { ...LB, names: "a" } } }, "aws_lb.edge: unknown argument names"],
  [
    "a missing argument",
    { aws_lb_listener_rule: { a: { condition: {}, action: { type: "forward" } } } },
    "missing argument listener_arn",
  ],
  [
    "an argument that is computed",
    { aws_lb: { edge: { ...LB, arn: "a" } } },
    "aws_lb.edge: arn is computed, and cannot be set",
  ],
  [
    "a value of another type",
    { aws_lb: { edge: { ...LB, subnets: "a" } } },
    'subnets is "a", and should be set,string',
  ],
  ["an element of another type", { aws_lb: { edge: { ...LB, subnets: [true, {}] } } }, "subnets is"],
  ["a number that is none", { aws_lb: { edge: { ...LB, idle_timeout: "long" } } }, "idle_timeout is"],
  [
    "a missing block",
    { aws_lb_listener: { a: { load_balancer_arn: "a" } } },
    "aws_lb_listener.a.default_action: 0 blocks",
  ],
  [
    "a block too many",
    { aws_lb: { edge: { ...LB, access_logs: [{ bucket: "a" }, { bucket: "b" }] } } },
    "access_logs: 2 blocks",
  ],
  [
    "an unknown argument in a block",
    { aws_lb: { edge: { ...LB, access_logs: { bucket: "a", key: "b" } } } },
    "unknown argument key",
  ],
])("complains about %s", (_, resource, complaint) => {
  expect(complaintsOfProvider({ resource }).join("\n")).toContain(complaint);
});
