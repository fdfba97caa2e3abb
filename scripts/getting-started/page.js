"use strict";

// A page of docs/ as a list of things to do.

/** The fenced blocks of a page, each with the comment before it. */
function blocksOf(page) {
  return [...page.matchAll(/(?:<!-- ([^>]*) -->\n\n)?^```(\w+)\n([^]*?)^```$/gm)].map(
    ([, comment = "", language, code]) => ({ language, comment, code }),
  );
}

/** Puts each `const NAME = …;` of a block in the place of that of a file's text. */
function edited(text, code) {
  let result = text;
  for (const [statement, name] of code.matchAll(/^const (\w+) = [^;]*;$/gm)) {
    const there = new RegExp(`^const ${name} = [^;]*;$`, "m");
    if (!there.test(result)) {
      throw new Error(`there is no line that begins with: const ${name} =`);
    }
    result = result.replace(there, () => statement);
  }
  return result;
}

module.exports = { blocksOf, edited };
