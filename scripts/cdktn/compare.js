"use strict";

// compare.js FOLDER FOLDER: fails where the stacks below two folders differ in more than what the frameworks say of themselves: the
// version of a provider that their bindings were made from, and metadata.

const { deepStrictEqual } = require("node:assert/strict");
const { readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const [one, other] = process.argv.slice(2);

const stacks = stacksBelow(one);
deepStrictEqual(stacksBelow(other), stacks);
for (const stack of stacks) {
  deepStrictEqual(read(join(other, stack)), read(join(one, stack)), `the stack ${stack} is another one`);
}
console.log(`${stacks.length} stacks are the same in both frameworks`);

function stacksBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith("cdk.tf.json"))
    .sort();
}

function read(file) {
  return JSON.parse(readFileSync(file, "utf8"), (key, value) => {
    if (key === "//") return undefined;
    if (key === "required_providers") return Object.keys(value).sort();
    // Each package's own program.
    if (key === "open_with" && value !== null) return value.replace(/^npx \S+/, "npx");
    // Where the state lies: below the folder of the synth.
    return key === "path" && String(value).endsWith(".tfstate") ? "state" : value;
  });
}
