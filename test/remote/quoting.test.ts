import { Lazy, TerraformOutput, TerraformVariable } from "cdktf";
import fc from "fast-check";
import { Quoting, terraformText } from "../../lib/remote";
import { anyText } from "../support/arbitraries";
import { newStack } from "../support/stack";
import { Template } from "../support/template";
import { expressionsIn, literalOf } from "../support/terraform-text";

/** A text as Terraform gets it, around the value of a variable. */
function synthesized(render: (token: string) => string): string {
  const stack = newStack();
  const token = new TerraformVariable(stack, "name", { type: "string" }).stringValue;
  new TerraformOutput(stack, "text", { value: terraformText(render(token)) });
  return Template.synth(stack).output("text") as string;
}

describe.each([
  ["an environment file", Quoting.ENVIRONMENT],
  ["JSON", Quoting.JSON],
])("for %s", (_, quoting) => {
  const lazy = (text: string): string => Lazy.stringValue({ produce: () => text });

  test("terraform is given a call that quotes, and whoever knows the value can do what it does", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        // WHEN
        const [quoted, ...none] = expressionsIn(synthesized((token) => quoting.text(token)));

        // THEN
        expect(none).toEqual([]);
        expect(Quoting.evaluate(quoted!, (bare) => (bare === "${var.name}" ? text : ""))).toBe(quoting.text(text));
      }),
      { numRuns: 50 },
    );
  });

  test("what is around a value is quoted, or left as it is", () => {
    const bare = synthesized((token) => quoting.text(token));
    expect(literalOf(synthesized((token) => quoting.text(`"${token}\\`)))).toBe(`\\"${bare}\\\\`);
    expect(literalOf(synthesized((token) => quoting.tokens(`"${token}\\`)))).toBe(`"${bare}\\`);
  });

  test("a value that only the synth knows is quoted", () => {
    expect(synthesized(() => quoting.tokens(`"${lazy('a "b" \\')}"`))).toBe('"a \\"b\\" \\\\"');
    expect(synthesized((token) => quoting.text(lazy(token)))).toBe(synthesized((token) => quoting.text(token)));
  });
});

test("JSON gets all that JSON can tell", () => {
  fc.assert(
    fc.property(anyText, (text) => expect(JSON.parse(`"${Quoting.JSON.text(text)}"`)).toBe(text)),
    { examples: [["<a>&\u2028\u2029\b\f"]] },
  );
});

test.each(["${var.x}", '${replace(var.x, "a", "b")}', "${jsonencode(var.x)}"])("%s quotes nothing", (expression) => {
  expect(Quoting.evaluate(expression, (bare) => `<${bare}>`)).toBe(`<${expression}>`);
});
