import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/bash";

/*
 * The addresses of Terraform resources are part of what users rely on: another address is another resource, and the old
 * one is destroyed. A change here needs a `moved` block, or a major version.
 */
const ROOT = join(__dirname, "..", "..");
const LIST = join(__dirname, "two-hosts.addresses.json");

const folder = temporaryFolder();

function addressesOfTheExample(): string[] {
  const run = spawnSync(process.execPath, ["--import", "tsx", "examples/two-hosts/main.ts"], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, CDKTF_OUTDIR: folder() },
  });
  if (run.status !== 0) {
    throw new Error(run.stderr);
  }
  const stack = JSON.parse(readFileSync(join(folder(), "stacks", "two-hosts", "cdk.tf.json"), "utf8")) as {
    resource: Record<string, Record<string, unknown>>;
    output: Record<string, unknown>;
  };
  const resources = Object.entries(stack.resource).flatMap(([type, all]) =>
    Object.keys(all).map((name) => `${type}.${name}`),
  );
  return [...resources, ...Object.keys(stack.output).map((name) => `output.${name}`)].sort();
}

test("no address of the example has disappeared or changed, and all are on record", () => {
  // GIVEN
  const addresses = addressesOfTheExample();
  if (process.env.UPDATE_ADDRESSES === "1") {
    writeFileSync(LIST, JSON.stringify(addresses, undefined, 2) + "\n");
  }

  // WHEN
  const recorded = JSON.parse(readFileSync(LIST, "utf8")) as string[];

  // THEN
  expect({
    "gone, which destroys what users have": recorded.filter((address) => !addresses.includes(address)),
    "new, to be recorded by UPDATE_ADDRESSES=1 npx jest test/contract": addresses.filter(
      (one) => !recorded.includes(one),
    ),
  }).toEqual({
    "gone, which destroys what users have": [],
    "new, to be recorded by UPDATE_ADDRESSES=1 npx jest test/contract": [],
  });
});
