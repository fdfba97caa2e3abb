import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { PYTHON_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

const WIDTH = 100;
const RULE = `+${"-".repeat(17)}+${"-".repeat(WIDTH + 2)}+`;

/** What `enmasse_output.py` prints of a text, in which there may be secrets. */
function output(what: "all" | "complaints", text: string, ...secrets: string[]): string {
  const secretsFolder = join(folder(), "secrets");
  mkdirSync(secretsFolder, { recursive: true });
  secrets.forEach((secret, index) => writeFileSync(join(secretsFolder, String(index)), secret));
  writeFileSync(join(folder(), "enmasse"), text);
  const script = join(PYTHON_SCRIPTS, "enmasse_output.py");
  const { status, stdout, stderr } = spawnSync(
    "python3",
    [
      "-I",
      "-B",
      script,
      what,
      join(folder(), "enmasse"),
      ...secrets.map((_, index) => join(secretsFolder, String(index))),
    ],
    { encoding: "utf8" },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.trimEnd();
}

/** Breaks a text at words, and words that are longer than a line anywhere. */
function wrapped(text: string, width: number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    for (const word of paragraph.split(" ").flatMap((long) => long.match(new RegExp(`.{1,${width}}`, "gsu")) ?? [""])) {
      if (line !== "" && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else {
        line = line === "" ? word : `${line} ${word}`;
      }
    }
    return [...lines, line];
  });
}

/** A table as enmasse prints it. */
function table(...rows: readonly (readonly [key: string, value: string])[]): string {
  const lines = [["Key", "Value"] as const, ...rows].flatMap(([key, value]) => {
    const keys = wrapped(key, 15);
    const values = wrapped(value, WIDTH);
    const height = Math.max(keys.length, values.length);
    const cells = Array.from({ length: height }, (_, row) => [keys[row] ?? "", values[row] ?? ""] as const);
    return [...cells.map(([left, right]) => `| ${left.padEnd(15)} | ${right.padEnd(WIDTH)} |`), RULE];
  });
  return [`0 warnings and ${rows.length} errors found:`, RULE, ...lines].join("\n");
}

const FIELDS = "{'name': 'Nightly', 'service': 'zato.nope', 'extra': {'a': 'b'}, 'start_date': '2020-01-01T00:00:00'}";
const MISSING = [
  "err0001/E12 service missing",
  `Service \`zato.nope\` from \`${FIELDS}\` missing in ODB (scheduler)`,
] as const;

function notImported(details: string): readonly [string, string] {
  const message = `Could not import (is_edit False) 'Nightly' with '${FIELDS}', response from 'scheduler' was '${details}'`;
  return ["err0002/E13 could not import object", message];
}

test("a missing service is told once, by the names of service and object", () => {
  const details = 'Traceback (most recent call last):\n  File "x"\nException: Service `zato.nope` does not exist';
  expect(output("complaints", `Enmasse waiting\n${table(MISSING, notImported(details))}`)).toBe(
    "E12 service missing: Service `zato.nope` from `Nightly` missing in ODB (scheduler)",
  );
});

test.each([
  ["a traceback", 'Traceback (most recent call last):\n  File "x", line 3\nException: no such thing'],
  ["JSON", JSON.stringify({ result: "Error", details: "Traceback:\n  File x\nException: no such thing" })],
])("an object that the server refuses is told by its name and the last line of %s", (_, details) => {
  expect(output("complaints", table(notImported(details)))).toBe(
    "E13 could not import object: scheduler 'Nightly': Exception: no such thing",
  );
});

test("what is no table is told by its lines that speak of errors, each once", () => {
  const text = "one\nCaught an exception -> [Errno 2]\ntwo\nCaught an exception -> [Errno 2]\nValueError: three\n";
  expect(output("complaints", text)).toBe("Caught an exception -> [Errno 2]\nValueError: three");
  expect(output("complaints", "nothing\nthat helps\n")).toBe("nothing\nthat helps");
});

test("no secret is left, however JSON writes it and wherever the table breaks it", () => {
  const secret = fc
    .string({ unit: "grapheme", minLength: 6, maxLength: 150 })
    .filter((text) => /\S.*\S.*\S.*\S/su.test(text));
  const bare = (text: string): string => text.replace(/[\s|]/gu, "");
  fc.assert(
    fc.property(fc.array(fc.tuple(secret, fc.nat(120)), { minLength: 20, maxLength: 40 }), (cases) => {
      const rows = cases.map(
        ([text, indent]) => ["err0001/E13 x", `${"x".repeat(indent)} 'a': ${JSON.stringify(text)}, response`] as const,
      );
      const said = bare(output("all", table(...rows), ...cases.map(([text]) => text)));
      expect(cases.filter(([text]) => said.includes(bare(JSON.stringify(text).slice(1, -1))))).toEqual([]);
    }),
    { numRuns: 5 },
  );
});

test("secrets in Python's quotes are not left either", () => {
  const text = String.raw`{'password': 'p\'w "x" \\z'} and {"a": "p'w \"x\" \\z"} and 'p\\\'w "x" \\\\z'`;
  expect(output("all", text, String.raw`p'w "x" \z`)).toBe(`{'password': '***'} and {"a": "***"} and '***'`);
});

test("a secret without any character that shows leaves the text as it is", () => {
  expect(output("all", "a b", " ")).toBe("a b");
});
