import { Fn, Lazy, TerraformOutput, TerraformVariable } from "cdktf";
import fc from "fast-check";
import { Quoting, terraformText } from "../../lib/remote";
import { anyText } from "../support/arbitraries";
import { newStack } from "../support/stack";
import { Template } from "../support/template";
import { expressionsIn, literalOf } from "../support/terraform-text";

test.each([
  ["${x}", "$${x}"],
  ["%{if}", "%%{if}"],
  // Terraform would keep a sign too many.
  ["$${x}", '${base64decode("JCR7eH0=")}'],
  ["%%{x}", '${base64decode("JSV7eH0=")}'],
  ["\r${x}", '${base64decode("DSR7eH0=")}'],
  ["$ % { $5 100%", "$ % { $5 100%"],
])("%s becomes %s", (text, expected) => {
  expect(terraformText(text)).toBe(expected);
});

test("what Terraform makes of it is the text, whatever the text", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const template = terraformText(text);
      expect(literalOf(template)).toBe(text);
      expect(expressionsIn(template)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test("tokens of cdktf stay references", () => {
  // GIVEN
  const token = new TerraformVariable(newStack(), "name", { type: "string" }).stringValue;

  // WHEN
  const text = terraformText(`\${literal} ${token} %{literal}`);

  // THEN
  expect(text).toBe(`$\${literal} ${token} %%{literal}`);
});

test("a sign before a token does not turn it into text", () => {
  // GIVEN
  const token = new TerraformVariable(newStack(), "name", { type: "string" }).stringValue;

  // WHEN
  const text = terraformText(`price: $${token}, 5 %${token}`);

  // THEN
  expect(text).toBe(`\${base64decode("cHJpY2U6ICQ=")}${token}, 5 %${token}`);
});

test.each(["\r", "a\rb\n", "${", "${ b"])("%j before a token is encoded, since it would be misread", (literal) => {
  const encoded = `\${base64decode("${Buffer.from(literal).toString("base64")}")}`;
  expect(synthesized((token) => terraformText(`${literal}${token}`))).toBe(`${encoded}\${var.name}`);
});

test("a token stays an expression, whatever stands before it", () => {
  fc.assert(
    fc.property(anyText, anyText, (before, between) => {
      // WHEN
      const value = synthesized((token) => terraformText(`${before}${token}${between}${token}`));

      // THEN
      expect(expressionsIn(value)).toEqual(["${var.name}", "${var.name}"]);
      expect(literalOf(value)).toBe(`${before}\${var.name}${between}\${var.name}`);
    }),
    {
      numRuns: 300,
      examples: [
        ["${", "x"],
        ["x", "{${ a"],
      ],
    },
  );
});

function synthesized(render: (token: string) => string): string {
  const stack = newStack();
  const token = new TerraformVariable(stack, "name", { type: "string" }).stringValue;
  new TerraformOutput(stack, "text", { value: render(token) });
  return Template.synth(stack).output("text") as string;
}

test("a number that only Terraform knows stays an expression, whatever stands before it", () => {
  const fee = new TerraformVariable(newStack(), "fee", { type: "number" }).numberValue;
  const encoded = (text: string): string => `\${base64decode("${Buffer.from(text).toString("base64")}")}`;
  expect(terraformText(`US$${fee}`)).toBe(`${encoded("US$")}${fee}`);
  expect(terraformText(`%%{a} ${fee} %{b}`)).toBe(`${encoded("%%{a} ")}${fee} %%{b}`);
  expect(Quoting.ENVIRONMENT.text(`$${fee}`)).toBe(`\\$${fee}`);
});

test.each([
  ["lazy value", () => Lazy.stringValue({ produce: () => "x" })],
  ["function", () => Fn.upper("x")],
])("a %s stays a token", (_, produce) => {
  const token = produce();
  expect(terraformText(token)).toBe(token);
});
