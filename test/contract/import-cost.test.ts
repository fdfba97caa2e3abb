import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { FRAMEWORK } from "../../lib/framework";

const ROOT = join(__dirname, "..", "..");

function loadedBy(module: string): string[] {
  const program = `require(${JSON.stringify(module)}); console.log(JSON.stringify(Object.keys(require.cache)))`;
  const run = spawnSync(process.execPath, ["--require", "tsx/cjs", "-e", program], { cwd: ROOT, encoding: "utf8" });
  if (run.status !== 0) {
    throw new Error(run.stderr);
  }
  return JSON.parse(run.stdout) as string[];
}

const FRAMEWORK_FILES = new Set(loadedBy(FRAMEWORK.name));

/** The files of providers among those that were loaded. */
function providersIn(loaded: string[]): string[] {
  return loaded.filter((name) => /@cdkt[fn].provider-/.test(name)).map((name) => name.split("node_modules/")[1]!);
}

test.each([".", "citrix", "f5", "testing"])(
  "importing %j loads of providers one class at the most, and little besides the framework",
  (entry) => {
    // GIVEN
    const loaded = loadedBy(`./lib/${entry}/index.ts`);

    // THEN
    expect(providersIn(loaded).filter((name) => name !== "@cdktf/provider-null/lib/provider/index.js")).toEqual([]);
    const own = loaded.filter((name) => name.startsWith(join(ROOT, "lib")));
    const others = loaded.filter(
      (name) => !FRAMEWORK_FILES.has(name) && !own.includes(name) && !/provider-null|constructs/.test(name),
    );
    expect(others).toEqual([]);
  },
);

test("importing its entry point aws loads of the AWS provider the classes that it uses, and no other", () => {
  // GIVEN
  const loaded = providersIn(loadedBy("./lib/aws/index.ts"));

  // THEN
  const classes = loaded.flatMap(
    (name) => /^@cdkt[fn]\/provider-aws\/lib\/([a-z0-9-]+)\/index\.js$/.exec(name)?.[1] ?? [],
  );
  expect(classes.sort()).toEqual([
    "db-instance",
    "db-subnet-group",
    "eip",
    "instance",
    "internet-gateway",
    "lb",
    "lb-listener",
    "lb-listener-rule",
    "lb-target-group",
    "lb-target-group-attachment",
    "route",
    "route-table",
    "route-table-association",
    "route53-record",
    "security-group",
    "subnet",
    "vpc",
    "vpc-security-group-egress-rule",
    "vpc-security-group-ingress-rule",
  ]);
  expect(loaded.filter((name) => /provider-aws\/lib\/index/.test(name))).toEqual([]);
});
