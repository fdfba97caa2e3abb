"use strict";

// The host scripts, and the edits of host-scripts.json.

const { existsSync, readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");
const LISTED = require("./host-scripts.json");
const { ROOT } = require("./trial");

/** Each layer has a folder of them; their names tell them apart. */
const FOLDERS = readdirSync(join(ROOT, "lib"))
  .map((layer) => join("lib", layer, "host-scripts"))
  .filter((folder) => existsSync(join(ROOT, folder)));

const scripts = FOLDERS.flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true })).filter(
  (name) => name.endsWith(".sh") && name !== join("lib", "all.sh"),
);

function listedOf(file) {
  return LISTED.filter((edit) => edit.file === file);
}

/** What is wrong with the list: edits that fit no longer, or more than once, and scripts without one. */
function faultsOfList() {
  const gone = LISTED.filter(({ file, from }) => textOf(file).split(from).length !== 2);
  const without = scripts.filter((name) => listedOf(name).length === 0);
  return [
    ...gone.map(({ file, from }) => `no longer applies, or not once: ${file}: ${from}`),
    ...without.map((name) => `no edit of ${name}`),
  ];
}

function textOf(file) {
  return readFileSync(join(ROOT, pathOf(file)), "utf8");
}

function pathOf(file) {
  return FOLDERS.map((folder) => join(folder, file)).find((path) => existsSync(join(ROOT, path)));
}

module.exports = { faultsOfList, listedOf, pathOf, scripts, textOf };
