"use strict";

// shell.js [FILE...]: makes one small fault after the other in the host scripts (in the given files alone, by default in all), and runs
// the tests that should notice. There are those of host-scripts.json, which say what is most harmful, and one in ONE_IN of those that
// edits-by-rule.js makes. An edit of the list that no longer applies is a failure of its own, and so is a script that has none. Ends
// with status 1 where fewer than 85 % are noticed.

const { readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");
const { editsByRule } = require("./edits-by-rule");
const LISTED = require("./host-scripts.json");
const { ROOT, tryEdits } = require("./trial");

const SCRIPTS = join("lib", "remote", "host-scripts");
const ONE_IN = 12;

/** Where a script may be tried besides the tests that its listed edits name. */
const OTHERS = ["test/host-scripts/", "test/remote/", "test/content/", "test/contract/"];

const scripts = readdirSync(join(ROOT, SCRIPTS), { recursive: true }).filter(
  (name) => name.endsWith(".sh") && name !== join("lib", "all.sh"),
);
const only = process.argv.slice(2);

requireListed();
tryEdits(scripts.filter((name) => only.length === 0 || only.includes(name)).flatMap(editsOf));

function listedOf(file) {
  return LISTED.filter((edit) => edit.file === file);
}

function editsOf(file) {
  const text = textOf(file);
  const listed = listedOf(file).map((edit) => ({ ...edit, text: text.replace(edit.from, () => edit.to) }));
  const tests = [...new Set(listed.flatMap((edit) => edit.tests))];
  const edits = [...listed, ...editsByRule(file, text, ONE_IN).map((edit) => ({ ...edit, tests }))];
  return edits.map(({ from, to, ...edit }) => ({
    ...edit,
    path: join(SCRIPTS, file),
    what: `${file}: ${from}  ->  ${to}`,
    others: OTHERS,
  }));
}

function requireListed() {
  const gone = LISTED.filter(({ file, from }) => textOf(file).split(from).length !== 2);
  const without = scripts.filter((name) => listedOf(name).length === 0);
  gone.forEach(({ file, from }) => console.error(`no longer applies, or not once: ${file}: ${from}`));
  without.forEach((name) => console.error(`no edit of ${name}`));
  if (gone.length + without.length > 0) {
    process.exit(2);
  }
}

function textOf(file) {
  return readFileSync(join(ROOT, SCRIPTS, file), "utf8");
}
