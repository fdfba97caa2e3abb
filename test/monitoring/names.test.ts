import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const ROOT = join(__dirname, "../..");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

/** The names of all metrics that hosts write. */
const WRITTEN = [...read("lib/deployment/host-scripts/metrics.sh").matchAll(/^(\w+)\t(?:gauge|counter)\t/gm)].map(
  ([, name]) => name!,
);

const RULES = (parse(read("docs/monitoring/alerts.yaml")) as { groups: { rules: { alert?: string }[] }[] }).groups
  .flatMap(({ rules }) => rules)
  .flatMap(({ alert }) => alert ?? []);

test("the page tells of each metric that hosts write, and of no other one", () => {
  const [, table = ""] = read("docs/monitoring.md").split("## What the text file tells");
  const told = [...table.matchAll(/^\| ([^|]+)\|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`(\w+)`/g)].map(([, name]) => name!),
  );
  expect(WRITTEN.length).toBeGreaterThan(15);
  expect(told.sort()).toEqual([...WRITTEN].sort());
});

test.each(["docs/monitoring/alerts.yaml", "docs/monitoring/dashboard.json"])("%s asks for none but these", (file) => {
  const asked = [...read(file).matchAll(/\bcdktf_zato_(\w+)/g)].map(([, name]) => name!);
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((name) => !WRITTEN.includes(name))).toEqual([]);
});

test("the page tells of each alert, and of no other one", () => {
  const [, after = ""] = read("docs/monitoring.md").split("## Alerts");
  const told = [...after.matchAll(/^\| ([^|]+)\|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`(Zato\w+)`/g)].map(([, name]) => name!),
  );
  expect(told.sort()).toEqual([...RULES].sort());
});

test("no alert has a name twice", () => {
  expect(new Set(RULES).size).toBe(RULES.length);
});
