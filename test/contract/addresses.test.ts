import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { complaintsOfProvider } from "../aws/support/provider-schema";
import { temporaryFolder } from "../support/bash";
import { StackJson, synthesizeEverything } from "./support/everything";

/*
 * The addresses of Terraform resources are part of what users rely on: another address is another resource, and the old
 * one is destroyed. A change here needs a `moved` block, or a major version.
 */
const ROOT = join(__dirname, "..", "..");

const folder = temporaryFolder();

function synthExample(example: string): StackJson {
  const run = spawnSync(process.execPath, ["--import", "tsx", `examples/${example}/main.ts`], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, CDKTF_OUTDIR: folder() },
  });
  if (run.status !== 0) {
    throw new Error(run.stderr);
  }
  return JSON.parse(readFileSync(join(folder(), "stacks", example, "cdk.tf.json"), "utf8")) as StackJson;
}

function addressesIn(stack: StackJson): string[] {
  const resources = Object.entries(stack.resource).flatMap(([type, all]) =>
    Object.keys(all).map((name) => `${type}.${name}`),
  );
  return [...resources, ...Object.keys(stack.output).map((name) => `output.${name}`)].sort();
}

const EXAMPLES = ["two-hosts", "aws-alb", "aws-nlb", "aws-rds"];

/** By the name of what is on record. */
const STACKS: Readonly<Record<string, () => StackJson>> = {
  ...Object.fromEntries(EXAMPLES.map((example) => [example, () => synthExample(example)])),
  everything: () => synthesizeEverything(folder()),
};

test.each(Object.keys(STACKS))(
  "no address of the program %s has disappeared or changed, and all are on record",
  (program) => {
    // GIVEN
    const stack = STACKS[program]!();
    const addresses = addressesIn(stack);
    const list = join(__dirname, `${program}.addresses.json`);
    if (process.env.UPDATE_ADDRESSES === "1") {
      writeFileSync(list, JSON.stringify(addresses, undefined, 2) + "\n");
    }

    // WHEN
    const recorded = JSON.parse(readFileSync(list, "utf8")) as string[];

    // THEN
    expect(complaintsOfProvider(stack)).toEqual([]);
    expect({
      "gone, which destroys what users have": recorded.filter((address) => !addresses.includes(address)),
      "new, to be recorded by UPDATE_ADDRESSES=1 npx jest test/contract": addresses.filter(
        (one) => !recorded.includes(one),
      ),
    }).toEqual({
      "gone, which destroys what users have": [],
      "new, to be recorded by UPDATE_ADDRESSES=1 npx jest test/contract": [],
    });
  },
);
