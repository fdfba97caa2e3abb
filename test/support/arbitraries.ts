import fc from "fast-check";

/** The pieces of text that shells, Terraform, systemd and our own manifest give a meaning to. */
const TRICKY = [
  "'", '"', "`", "\\", "\\\\", "$", "${", "$${", "%", "%{", "%%{", "}", "{", "$(id)", "`id`", "!", "#", ";", "&", "|", "@",
  "@end", "@param a", "@file b", "|x", "\n", "\n\n", "\r", "\r\n", "\t", " ", "=", "*", "~", "%i", "%%", "ü", "漢字", "🚀",
  "\u2028", "\u0085", "\u001b[31m", "a", "0", "\\n", "\\t", "\\x41", "${a.b}", "%{ if true }", "-n", "--", "EOF",
]; // prettier-ignore

/** As fast-check's unit `binary`, which first makes a table of all of Unicode: 3 s in each file of tests that asks for it. */
export const anyCodePoint: fc.Arbitrary<string> = fc
  .oneof(fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((codePoint) => String.fromCodePoint(codePoint));

/** Text as users may give it: anything that is valid Unicode, without NUL. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...TRICKY), { maxLength: 12 }).map((pieces) => pieces.join("")),
  fc.string({ unit: anyCodePoint, maxLength: 40 }).map((text) => text.replaceAll("\0", "")),
);

/** Of characters alone: Unicode defines some code points as none, and systemd refuses them. */
export const anyCharacters: fc.Arbitrary<string> = anyText.map((text) =>
  text.replace(/\p{Noncharacter_Code_Point}/gu, ""),
);
