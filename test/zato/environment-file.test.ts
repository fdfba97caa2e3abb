import fc from "fast-check";
import { renderEnvironmentFile, requireEnvironment } from "../../lib/zato/environment-file";
import { anyText } from "../support/arbitraries";
import { newStack } from "../support/stack";
import { parseEnvironmentFile } from "../support/systemd";

const stack = newStack();

test("systemd reads the values that were given, whatever they are", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,9}$/), anyText), (variables) => {
      expect(parseEnvironmentFile(renderEnvironmentFile(variables))).toEqual({ ...variables });
    }),
    { numRuns: 300 },
  );
});

test("what has a meaning inside double quotes is escaped, and nothing else", () => {
  expect(renderEnvironmentFile({ A: `a "b" \\ $c \`d\` 'e' %f\ng`, B: "" })).toBe(
    'A="a \\"b\\" \\\\ \\$c \\`d\\` \'e\' %f\ng"\nB=""\n',
  );
});

test.each(["", "1A", "A B", "A=B", "A-B", "Ä", "A\n"])("fails for a variable named %j", (name) => {
  expect(() => requireEnvironment(stack, { [name]: "x" })).toThrow(
    `stack: '${name}' cannot name an environment variable; use letters, digits and '_', not beginning with a digit`,
  );
});

test("fails for a value that holds a NUL", () => {
  expect(() => requireEnvironment(stack, { A: "a\0b" })).toThrow(
    "stack: the environment variable 'A' holds a NUL character; give it without: no environment can hold one",
  );
});

test("fails for a value that is none, as an environment variable of the program may be", () => {
  expect(() => requireEnvironment(stack, { A: process.env.CDKTF_ZATO_NOWHERE! })).toThrow(
    "stack: the environment variable 'A' is undefined; give it a text, or leave it out",
  );
});

test.each(["\ufffe", "\ufdd0", "\u{1ffff}"])("fails for a value that holds the noncharacter %j", (noncharacter) => {
  const code = noncharacter.codePointAt(0)!.toString(16).toUpperCase();
  expect(() => requireEnvironment(stack, { A: `a${noncharacter}` })).toThrow(
    `stack: the environment variable 'A' holds U+${code}; give it without: systemd refuses what Unicode defines as no character`,
  );
});
