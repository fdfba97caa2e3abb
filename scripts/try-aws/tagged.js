"use strict";

// tagged.js: reads what 'terraform show -json' prints; fails unless all of AWS's that can have tags has those that say what made it.

const { readFileSync } = require("node:fs");

const { resources } = JSON.parse(readFileSync(0, "utf8")).values.root_module;
const taggable = resources.filter(({ mode, values }) => mode === "managed" && "tags_all" in values);
const untagged = taggable.filter(
  ({ values: { tags_all: tags } }) => !tags?.Name || tags["managed-by"] !== "cdktf-zato" || !tags["cdktf-zato:stack"],
);
untagged.forEach(({ address }) => console.error(`${address} has not got its tags`));
console.log(`${taggable.length - untagged.length} of ${taggable.length} resources have their tags`);
process.exitCode = untagged.length > 0 || taggable.length === 0 ? 1 : 0;
