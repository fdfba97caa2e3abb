"use strict";

// Tries edits of files, one at a time, in a copy of the tree: whether the tests notice.

const { execFileSync, spawn } = require("node:child_process");
const { createHash } = require("node:crypto");
const { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } = require("node:fs");
const { availableParallelism, tmpdir } = require("node:os");
const { join } = require("node:path");

const ROOT = join(__dirname, "..", "..");
const LEAST = 0.85;

/** The rounds, and after how many seconds their tests are taken for such that never end. */
const PATIENCE = { nearest: 240, tests: 600, others: 1200 };

/**
 * Makes each of the edits ({ path, what, text, nearest, tests, others }), and runs the tests that should notice it, from the nearest on,
 * for as long as none does; prints the score after each round, and sets the exit status.
 */
async function tryEdits(edits) {
  const copies = Array.from({ length: availableParallelism() }, copyOfTree);
  let unnoticed = edits;
  const rounds = Object.keys(PATIENCE).filter((which) => edits.some((edit) => edit[which] !== undefined));
  for (const which of rounds) {
    unnoticed = await missedOf(copies, unnoticed, which);
    console.log(`score by ${which}: ${score(edits.length - unnoticed.length, edits.length)}`);
  }
  copies.forEach((copy) => rmSync(copy, { recursive: true, force: true }));
  unnoticed.forEach(({ what }) => console.log(`NOT NOTICED  ${what}`));
  const caught = edits.length - unnoticed.length;
  process.exitCode = caught < LEAST * edits.length ? 1 : 0;
}

/** The edits that these tests do not notice, each tried in a copy that is free. */
async function missedOf(copies, edits, which) {
  const left = [...edits];
  const missed = [];
  await Promise.all(
    copies.map(async (copy) => {
      for (let edit = left.shift(); edit !== undefined; edit = left.shift()) {
        if (edit[which] === undefined || !(await isNoticed(copy, edit, edit[which], PATIENCE[which]))) {
          missed.push(edit);
        }
      }
    }),
  );
  return missed;
}

function score(caught, all) {
  return `${((100 * caught) / all).toFixed(1)} % (${caught}/${all})`;
}

/** One in so many, always the same ones as long as the text that describes them is the same. */
function isChosen(what, oneIn) {
  return createHash("sha256").update(what).digest().readUInt32BE(0) % oneIn === 0;
}

function copyOfTree() {
  const folder = mkdtempSync(join(tmpdir(), "cdktf-zato-mutation-"));
  const names = execFileSync(
    "git",
    ["ls-files", "-z", "lib", "test", "lab", "examples", "bench", "scripts", "docs", "*.json", "*.js", "*.md"],
    { cwd: ROOT },
  );
  const tar = execFileSync("tar", ["-c", "--null", "-T", "-"], { cwd: ROOT, input: names, maxBuffer: 1e9 });
  execFileSync("tar", ["-x", "-C", folder], { input: tar });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return folder;
}

async function isNoticed(copy, { path, what, text }, tests, seconds) {
  const file = join(copy, path);
  const before = readFileSync(file, "utf8");
  writeFileSync(file, text);
  const noticed = await fails(copy, tests, seconds);
  writeFileSync(file, before);
  console.log(`${noticed ? "noticed    " : "not noticed"}  ${what}`);
  return noticed;
}

/** Whether the tests fail, or do not come to an end; what a script has left running ends with them. */
function fails(cwd, tests, seconds) {
  const jest = require.resolve("jest/bin/jest");
  const words = [jest, "--config", "jest.mutation.config.js", "--bail", "--maxWorkers=1", "--silent", ...tests];
  const run = spawn("timeout", ["--signal=KILL", String(seconds), process.execPath, ...words], {
    cwd,
    stdio: "ignore",
  });
  return new Promise((resolve) => run.on("exit", (status) => resolve(status !== 0)));
}

module.exports = { ROOT, isChosen, tryEdits };
