import { Construct } from "constructs";
import { checkAtSynth, ConstructError } from "../../lib/validation";
import { newStack } from "../support/stack";
import { Template } from "../support/template";

function finding(scope: Construct, problem: string): ConstructError {
  return new ConstructError(scope, problem, "mend it");
}

function said(build: (scope: Construct) => void): string {
  const stack = newStack();
  build(stack);
  try {
    Template.synth(stack);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

test("all findings of all constructs are reported, each behind the path of its construct, once", () => {
  // WHEN
  const message = said((stack) => {
    const one = new Construct(stack, "one");
    const other = new Construct(stack, "other");
    checkAtSynth(one, () => [finding(one, "'a' is wrong"), finding(one, "'b' is wrong")]);
    checkAtSynth(other, () => {
      throw finding(other, "'c' is wrong");
    });
  });

  // THEN
  expect(message).toContain("[stack/one] 'a' is wrong; mend it");
  expect(message).toContain("[stack/one] 'b' is wrong; mend it");
  expect(message).toContain("[stack/other] 'c' is wrong; mend it");
  expect(message).not.toContain("stack/one: ");
});

test("a finding about another construct names that too", () => {
  expect(
    said((stack) => {
      const one = new Construct(stack, "one");
      checkAtSynth(one, () => [finding(new Construct(one, "part"), "'a' is wrong")]);
    }),
  ).toContain("[stack/one] stack/one/part: 'a' is wrong; mend it");
});

test("what is no finding is no finding", () => {
  expect(
    said((stack) =>
      checkAtSynth(stack, () => {
        throw new TypeError("a fault of the program");
      }),
    ),
  ).toBe("a fault of the program");
});
