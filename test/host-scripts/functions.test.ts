import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HOST_SCRIPTS } from "../support/bash";

/** What a kind may do in another way than the library: its file says so. */
const MEANT_TO_BE_REPLACED = ["before_restart"];

/** What a script begins with, each with one of them. */
const BEGINNINGS = /-run\.sh$/;

function scriptsIn(folder: string): string[] {
  return readdirSync(join(HOST_SCRIPTS, folder))
    .filter((name) => name.endsWith(".sh") && !BEGINNINGS.test(name))
    .map((name) => join(folder, name));
}

/** The functions of scripts, as often as there is one of them in a script of its own. */
function functionsOf(scripts: readonly string[]): string[] {
  return scripts.flatMap((script) => {
    const text = readFileSync(join(HOST_SCRIPTS, script), "utf8");
    return [...new Set([...text.matchAll(/^([a-z_0-9]+)\(\)/gm)].map(([, found]) => found!))];
  });
}

const functionsIn = (folder: string): string[] => functionsOf(scriptsIn(folder));

const twiceIn = (names: readonly string[]): string[] => names.filter((name, index) => names.indexOf(name) !== index);

const LIBRARY = functionsIn("lib");

test("no function of the scripts takes the place of another one by its name, since all are sourced together", () => {
  expect(LIBRARY.length).toBeGreaterThan(100);
  expect(twiceIn(LIBRARY)).toEqual([]);
});

test("nor does one of a kind, but where that is meant", () => {
  const replaced = functionsIn("kinds").filter((name) => LIBRARY.includes(name));
  expect([...new Set(replaced)]).toEqual(MEANT_TO_BE_REPLACED);
});

test("nor does one of a layer, in the preflight and in the removal of a host, which source a script of each", () => {
  const text = readFileSync(join(HOST_SCRIPTS, "preflight.sh"), "utf8");
  const sourced = [...text.matchAll(/^\. "\$scripts\/(lib\/.*)"$/gm)].map(([, script]) => script!);
  expect(sourced).toContain("lib/visible.sh");
  const inPreflight = functionsOf(["preflight.sh", ...sourced, ...scriptsIn("fit"), ...scriptsIn("passed")]);
  expect(inPreflight).toEqual(expect.arrayContaining(["check_folders", "check_leading_folders"]));
  expect(twiceIn(inPreflight)).toEqual([]);

  const ofLeaving = functionsOf(["kinds/host.sh", ...scriptsIn("leaving")]);
  expect(twiceIn([...LIBRARY, ...ofLeaving])).toEqual([]);
});
