import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Testing } from "cdktf";
import { HaproxyLoadBalancer } from "cdktf-zato";
import { newDeployment, newHost, newStack } from "../support/stack";
import { textOf } from "./support/pages";

const PAGE = textOf("docs/sizing-and-cost.md");

/** Rows of the page's tables that are numbers alone. */
const EXAMPLES = [...PAGE.matchAll(/^\| (\d+) +\| (\d+) +\| (\d+) +\| (\d+) +\|$/gm)].map((row) =>
  row.slice(1).map(Number),
);

test("the page has examples", () => {
  expect(EXAMPLES.length).toBeGreaterThan(5);
});

test.each(EXAMPLES)("%d CPUs and %d servers need %d MiB of memory and %d of disk", (cpus, servers, memory, disk) => {
  // GIVEN
  const stack = newStack();
  const hosts = [newHost(stack, "host1", { cpus }), newHost(stack, "host2", { cpus })];
  const loadBalancer = new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: "10.0.0.100" });
  newDeployment(stack, { hosts, servers, loadBalancer });

  // WHEN
  const { resource } = JSON.parse(Testing.synth(stack)) as {
    resource: { null_resource: Record<string, { triggers: Record<string, string> }> };
  };
  const [, preflight] = Object.entries(resource.null_resource).find(([name]) => name.startsWith("host1_preflight_"))!;

  // THEN
  expect(preflight.triggers).toMatchObject({ memory: String(memory), disk: String(disk) });
});

test("each kind of resource of AWS that the examples make is on the page", () => {
  const kinds = ["aws-alb", "aws-rds"].flatMap((example) => {
    const addresses = JSON.parse(readFileSync(join(__dirname, `${example}.addresses.json`), "utf8")) as string[];
    return addresses.map((address) => address.split(".")[0]!).filter((kind) => kind.startsWith("aws_"));
  });
  expect(new Set(kinds).size).toBeGreaterThan(10);
  expect([...new Set(kinds)].filter((kind) => !PAGE.includes(`\`${kind}\``))).toEqual([]);
});
