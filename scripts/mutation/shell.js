"use strict";

// shell.js [FILE...]: makes one small fault after the other in the host scripts (in the given files alone, by default in all), and runs
// the tests that should notice. There are those of host-scripts.json, which say what is most harmful, and one in ONE_IN of those that
// edits-by-rule.js makes. An edit of the list that no longer applies is a failure of its own, and so is a script that has none. Ends
// with status 1 where fewer than 85 % are noticed.

const { editsByRule } = require("./edits-by-rule");
const { faultsOfList, listedOf, pathOf, scripts, textOf } = require("./listed");
const { tryEdits } = require("./trial");

const ONE_IN = 12;

/** Where a script may be tried besides the tests that its listed edits name. */
const OTHERS = ["test/host-scripts/", "test/remote/", "test/content/", "test/contract/"];

const only = process.argv.slice(2);

const faults = faultsOfList();
faults.forEach((fault) => console.error(fault));
if (faults.length > 0) {
  process.exit(2);
}
tryEdits(scripts.filter((name) => only.length === 0 || only.includes(name)).flatMap(editsOf));

function editsOf(file) {
  const text = textOf(file);
  const listed = listedOf(file).map((edit) => ({ ...edit, text: text.replace(edit.from, () => edit.to) }));
  const tests = [...new Set(listed.flatMap((edit) => edit.tests))];
  const edits = [...listed, ...editsByRule(file, text, ONE_IN).map((edit) => ({ ...edit, tests }))];
  return edits.map(({ from, to, ...edit }) => ({
    ...edit,
    path: pathOf(file),
    what: `${file}: ${from}  ->  ${to}`,
    others: OTHERS,
  }));
}
