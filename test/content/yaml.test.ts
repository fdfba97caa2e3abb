import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { EnmasseValue } from "../../lib/content/objects";
import { readYaml } from "../../lib/content/yaml-reader";
import { writeYaml } from "../../lib/content/yaml-writer";
import { anyCodePoint } from "../support/arbitraries";
import { newStack } from "../support/stack";

interface Loaded {
  readonly type: string;
  readonly value: EnmasseValue;
}

interface Conformance {
  readonly values: readonly (Loaded & { readonly text: string })[];
  readonly keys: readonly (Loaded & { readonly key: string })[];
  readonly documents: readonly {
    readonly what: string;
    readonly text: string;
    readonly loads?: EnmasseValue;
    readonly error?: string;
  }[];
}

/** What the reader behind Zato's enmasse makes of texts. */
const ZATO = JSON.parse(
  readFileSync(join(__dirname, "..", "data", "conformance", "yaml-1.1.json"), "utf8"),
) as Conformance;

const scope = newStack();

function read(text: string): EnmasseValue {
  return readYaml(scope, "enmasse.yaml", text, "yaml");
}

/** Reads documents by PyYAML, as enmasse does: what each one holds, as JSON. */
function readByZatosReader(documents: readonly string[]): EnmasseValue[] {
  const program =
    "import json, sys, yaml\nprint(json.dumps([yaml.load(text, yaml.FullLoader) for text in json.load(sys.stdin)]))";
  const { stdout, stderr, status } = spawnSync("python3", ["-c", program], {
    input: JSON.stringify(documents),
    encoding: "utf8",
    maxBuffer: 1e8,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout) as EnmasseValue[];
}

describe("an unquoted text", () => {
  test.each(ZATO.values.filter(({ type }) => ["bool", "int", "str", "NoneType", "float"].includes(type)))(
    "$text is what it is to Zato",
    ({ text, type, value }) => {
      const number = type === "float" ? Number(value) : value;
      const isHeld = typeof number !== "number" || (Number.isFinite(number) && Math.abs(number) < 2 ** 53);
      if (text === "!") {
        expect(() => read("k: !")).toThrow("the tag '!' cannot be carried");
      } else if (isHeld && !Number.isNaN(number)) {
        expect(read(`k: ${text}`)).toEqual({ k: number });
      } else {
        expect(() => read(`k: ${text}`)).toThrow(/enmasse\.yaml:1: .*; write it in quotes if it is a text/);
      }
    },
  );

  test.each([
    ["2026-11-26", "2026-11-26"],
    ["2026-11-26 10:00:00", "2026-11-26T10:00:00"],
    ["2026-11-26T10:00:00Z", "2026-11-26T10:00:00+00:00"],
    ["2026-1-2t3:04:05.5 -7", "2026-01-02T03:04:05.500000-07:00"],
  ])("%s is a moment, which Python writes as %s", (text, moment) => {
    expect(read(`k: ${text}`)).toEqual({ k: moment });
  });

  test.each(ZATO.values.filter(({ type }) => type === "error"))("$text is refused, as Zato refuses it", ({ text }) => {
    expect(() => read(`k: ${text}`)).toThrow(/^stack: enmasse\.yaml:\d+: /);
  });

  test.each(ZATO.keys)("$key as a key is the same text to Zato, or refused", ({ key, type }) => {
    if (type === "str") {
      expect(read(`${key}: x`)).toEqual({ [key]: "x" });
    } else {
      expect(() => read(`a: 1\n${key}: x`)).toThrow(`enmasse.yaml:2: Zato would take the key '${key}' for no text`);
    }
  });
});

describe("a document", () => {
  const REFUSED: Readonly<Record<string, string>> = {
    "the same key twice": "enmasse.yaml:2: 'x' stands twice, and Zato would take the last one; leave one of them",
    "the same section twice": "enmasse.yaml:3: 'security' stands twice, and Zato would take the last one",
    "a tag of Python's": "enmasse.yaml:1: the tag 'tag:yaml.org,2002:python/tuple' cannot be carried",
  };

  test.each(ZATO.documents)("with $what is read as by Zato, or refused", ({ what, text, loads, error }) => {
    if (error !== undefined || REFUSED[what] !== undefined) {
      expect(() => read(text)).toThrow(REFUSED[what] ?? /^stack: enmasse\.yaml:\d+: /);
    } else {
      expect(read(text)).toEqual(loads);
    }
  });

  test.each([
    ["an alias of nothing", "a: *b", "enmasse.yaml:1: there is no anchor '&b' before it"],
    ["an alias of itself", "a: &a [*a]", "enmasse.yaml:1: '*a' is a part of itself"],
    ["a merge of something else", "a: 1\nb: {<<: 5}", "enmasse.yaml:2: '<<' takes maps alone"],
    ["two merge keys", "a: &a {b: 1}\nc:\n  <<: *a\n  <<: *a\n", "enmasse.yaml:4: the key '<<' stands twice"],
    ["a day that no month has", "a: 2026-02-30", "enmasse.yaml:1: '2026-02-30' is no date of any calendar"],
  ])("with %s is refused, with its line", (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  test("keeps quoted texts as they are", () => {
    expect(read(`a: 'no'\nb: "1_000"\nc: !!str off\nd: |\n  yes\n`)).toEqual({
      a: "no",
      b: "1_000",
      c: "off",
      d: "yes\n",
    });
  });

  test("of JSON has its numbers, and no key twice", () => {
    expect(readYaml(scope, "a.json", '{"a": 1e3, "b": "no"}', "json")).toEqual({ a: 1000, b: "no" });
    expect(() => readYaml(scope, "a.json", '{"a": 1,\n"a": 2}', "json")).toThrow("a.json:2: 'a' stands twice");
    expect(() => readYaml(scope, "a.json", '{"a": no}', "json")).toThrow("a.json:1: 'no' is no JSON");
  });
});

describe("what is written", () => {
  const text = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: anyCodePoint }).filter((value) => !/\p{Cs}/u.test(value)),
    fc.constantFrom(...ZATO.values.map((one) => one.text), "{Zato", "a\r\nb", "\u0085\u2028\ufeff", "😀", "- ", "? x"),
  );
  const number = fc.oneof(
    fc.maxSafeInteger(),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((value) => (Math.abs(value) < 2 ** 53 && value !== 0 ? value : 0.5)),
  );
  const { value } = fc.letrec<{ value: EnmasseValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      number,
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(text, tie("value"), { maxKeys: 3, noNullPrototype: true }),
    ),
  }));
  const sections = fc.dictionary(
    text,
    fc.array(fc.dictionary(text, value, { minKeys: 1, maxKeys: 4, noNullPrototype: true }), {
      minLength: 1,
      maxLength: 2,
    }),
    {
      minKeys: 1,
      maxKeys: 3,
      noNullPrototype: true,
    },
  );

  test("is read back the same by Zato's own reader, whatever it is", () => {
    const samples = fc.sample(sections, 400);
    expect(readByZatosReader(samples.map(writeYaml))).toEqual(samples);
  });

  test("is read back the same by readers of YAML 1.1 and 1.2, and by this library", () => {
    fc.assert(
      fc.property(sections, (sample) => {
        const written = writeYaml(sample);
        expect(written).toMatch(/^[\n -~]*$/);
        expect(parse(written, { version: "1.1" })).toEqual(sample);
        expect(parse(written)).toEqual(sample);
        expect(read(written)).toEqual(sample);
      }),
    );
  });
});
