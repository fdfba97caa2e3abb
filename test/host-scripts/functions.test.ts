import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HOST_SCRIPTS } from "../support/bash";

/** What a kind may do in another way than the library: its file says so. */
const MEANT_TO_BE_REPLACED = ["before_restart"];

/** What a script begins with, each with one of them. */
const BEGINNINGS = /-run\.sh$/;

function functionsIn(folder: string): string[] {
  return readdirSync(join(HOST_SCRIPTS, folder))
    .filter((name) => name.endsWith(".sh") && !BEGINNINGS.test(name))
    .flatMap((name) => {
      const text = readFileSync(join(HOST_SCRIPTS, folder, name), "utf8");
      return [...new Set([...text.matchAll(/^([a-z_0-9]+)\(\)/gm)].map(([, found]) => found!))];
    });
}

const LIBRARY = functionsIn("lib");

test("no function of the scripts takes the place of another one by its name, since all are sourced together", () => {
  expect(LIBRARY.length).toBeGreaterThan(100);
  expect(LIBRARY.filter((name, index) => LIBRARY.indexOf(name) !== index)).toEqual([]);
});

test("nor does one of a kind, but where that is meant", () => {
  const replaced = functionsIn("kinds").filter((name) => LIBRARY.includes(name));
  expect([...new Set(replaced)]).toEqual(MEANT_TO_BE_REPLACED);
});
