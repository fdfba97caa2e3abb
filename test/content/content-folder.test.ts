import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { App, TerraformStack } from "cdktf";
import type { HighAvailabilityDeployment } from "cdktf-zato";
import { temporaryFolder } from "../support/bash";
import { newDeployment } from "../support/stack";

const folder = temporaryFolder();

function write(name: string, content: string): string {
  const file = join(folder(), name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

interface Synthesized {
  readonly deployment: HighAvailabilityDeployment;
  /** Where Terraform runs. */
  readonly stackFolder: string;
}

/** Synthesizes as a CDKTF program does, with files written beside the stack. */
function synth(fill: (deployment: HighAvailabilityDeployment) => void): Synthesized {
  const app = new App({ outdir: join(folder(), "out") });
  const stack = new TerraformStack(app, "stack");
  const deployment = newDeployment(stack);
  fill(deployment);
  app.synth();
  return { deployment, stackFolder: join(folder(), "out", "stacks", "stack") };
}

test("files are copied to where Terraform finds them, folders with all that is in them", () => {
  // GIVEN
  write("services/a.py", "class A(Service):\n    pass\n");
  write("static/one.json", "{}");
  write("static/deep/er/two.bin", "\u0000two");

  // WHEN
  const { deployment, stackFolder } = synth((zato) => {
    zato.addServices(join(folder(), "services"));
    zato.addUserConfig(write("app.ini", "[app]\n"));
    zato.addStaticFiles(join(folder(), "static"));
  });

  // THEN
  const copies = join(stackFolder, deployment.contentFolder.path);
  const copied = readdirSync(copies, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(copied.map((entry) => join(entry.parentPath, entry.name).slice(copies.length + 1)).sort()).toEqual([
    "services/a.py",
    "static/deep/er/two.bin",
    "static/one.json",
    "user-conf/app.ini",
  ]);
  expect(readFileSync(join(copies, "static/deep/er/two.bin"), "utf8")).toBe("\u0000two");
});

test("another content gets another folder, and the one before is taken away", () => {
  // GIVEN
  const add = (zato: HighAvailabilityDeployment): void => zato.addUserConfig(join(folder(), "app.ini"));
  write("app.ini", "one");
  const before = synth(add);
  const former = join(before.stackFolder, before.deployment.contentFolder.path);
  const hashes = before.deployment.contentFolder.hashes;

  // WHEN
  write("app.ini", "two");
  const after = synth(add);

  // THEN
  expect(after.deployment.contentFolder.hashes).not.toEqual(hashes);
  expect(existsSync(former)).toBe(false);
  expect(readFileSync(join(after.stackFolder, after.deployment.contentFolder.path, "user-conf/app.ini"), "utf8")).toBe(
    "two",
  );
});

test("a change of a file is a change of each cluster's content, which names the file", () => {
  // GIVEN
  const triggers = (): Record<string, string> => {
    const { stackFolder } = synth((zato) => zato.addUserConfig(join(folder(), "app.ini")));
    const { resource } = JSON.parse(readFileSync(join(stackFolder, "cdk.tf.json"), "utf8")) as {
      resource: { null_resource: Record<string, { triggers: Record<string, string> }> };
    };
    return resource.null_resource[Object.keys(resource.null_resource).find((name) => name.includes("content_host1"))!]!
      .triggers;
  };
  write("app.ini", "one");
  const before = triggers();

  // WHEN
  write("app.ini", "two");
  const after = triggers();

  // THEN
  expect(Object.keys(after).filter((key) => after[key] !== before[key])).toEqual(["user-conf/app.ini"]);
});

test("two files of one name are refused", () => {
  expect(() =>
    synth((zato) => {
      zato.addStaticFiles(write("one/a.txt", "1"));
      zato.addStaticFiles(write("two/a.txt", "2"));
    }),
  ).toThrow(/'.*two\/a\.txt' and '.*one\/a\.txt' both become static\/a\.txt; rename one of them/);
});

test.each(["addUserConfig", "addStaticFiles"] as const)("%s refuses a path that is not there", (method) => {
  expect(() => synth((zato) => zato[method]("app.ini"))).toThrow("'app.ini' is not there; give the absolute path");
});
