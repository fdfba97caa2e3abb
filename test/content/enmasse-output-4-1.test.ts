import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pythonScripts, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();
const SCRIPTS = pythonScripts("zato-4");

/** What `enmasse_output.py` prints of a text, in which there may be a secret. */
function output(what: "all" | "complaints", text: string, secret = "never there"): string {
  writeFileSync(join(folder(), "secret"), secret);
  writeFileSync(join(folder(), "enmasse"), text);
  const words = [what, join(folder(), "enmasse"), join(folder(), "secret")];
  const script = join(SCRIPTS, "enmasse_output.py");
  const { status, stdout, stderr } = spawnSync("python3", ["-I", "-B", script, ...words], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.trimEnd();
}

const entry = (level: string, text: string): string =>
  `2026-08-17 10:11:12,123 - zato.cli.enmasse.importers.sql - ${level} - ${text}`;

test("an import that fails is told by its cause, once", () => {
  const cause = "1 service not found after 5s: ['orders.nope']";
  const text = [entry("INFO", "Starting"), `Error during import: ${cause}`, "Traceback (most recent call last):", '  File "x", line 1', `Exception: ${cause}`].join("\n"); // prettier-ignore
  expect(output("complaints", text)).toBe(cause);
});

test("what an import has passed over is told by the entries of its log that speak of errors", () => {
  const text = [
    entry("INFO", "Processing channel: ERROR - handler"),
    entry("ERROR", 'Security definition "X" not found for "There"'),
    entry("ERROR", 'Security definition "X" not found for "There"'),
    "⭐ Enmasse OK (/tmp/x)",
  ].join("\n");
  expect(output("complaints", text)).toBe('Security definition "X" not found for "There"');
});

test.each([
  ["yaml.scanner.ScannerError: mapping values are not allowed here"],
  ["Exception: no such thing"],
  ["sqlalchemy.orm.exc.NoResultFound: No row was found"],
])("where its log does not speak of it, the end of a traceback tells: %s", (line) => {
  expect(output("complaints", `one\nTraceback (most recent call last):\n  File "x", line 1\n${line}\n`)).toBe(line);
});

test("what nothing else tells of is told by its last lines", () => {
  expect(output("complaints", "Killed\n")).toBe("Killed");
});

test("no line is longer than people read", () => {
  expect(output("complaints", `Error during import: ${"x".repeat(5000)}`)).toHaveLength(400);
});

test("passwords that it prints of all that it imports are hidden", () => {
  const secret = `p'w "x" \\z`;
  const text = [
    entry("INFO", String.raw`Adding to update: {'name': 'Billing', 'password': 'p\'w "x" \\z'}`),
    entry("ERROR", String.raw`Error syncing: (DataError) [parameters: ('p\'w "x" \\z', 5)]`),
  ].join("\n");
  expect(output("all", text, secret)).not.toMatch(/p\\?'w/);
  expect(output("all", text, secret)).toContain("'password': '***'");
  expect(output("complaints", text, secret)).toBe("Error syncing: (DataError) [parameters: ('***', 5)]");
});
