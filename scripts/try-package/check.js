"use strict";

// What the program synthesized holds the hosts' resources, and the scripts that the package brings.

const { existsSync, readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const stack = join("cdktf.out", "stacks", "stack");
const { resource } = JSON.parse(readFileSync(join(stack, "cdk.tf.json"), "utf8"));
const assets = readdirSync(join(stack, "assets"), { recursive: true }).map(String);

if (Object.keys(resource.null_resource).length < 20 || !assets.some((name) => name.endsWith("converge.sh"))) {
  throw new Error("the stack is incomplete");
}

const main = require.resolve("cdktf-zato");
for (const file of [main, main.replace(/\.js$/, ".d.ts")]) {
  if (!existsSync(file)) {
    throw new Error(`the package lacks ${file}`);
  }
}
