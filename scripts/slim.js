"use strict";

// What nobody needs who installs the package: comments of the programs that run on hosts, and what types say of private members.

/** A script for bash, or a program in Python, each line of which is still where it was, since both name lines by their numbers. */
function withoutComments(script) {
  return script.replace(/^[ \t]*#(?!!).*$/gm, "");
}

/** A program in Python, the documentation of which is still there, and empty: a function may have nothing else. */
function withoutDocstrings(program) {
  return withoutComments(program).replace(
    /^([ \t]*""")([^]*?)"""$/gm,
    (_, begin, text) => `${begin}${text.replace(/.+/g, "")}"""`,
  );
}

/** Types, without the texts on private members, of which they tell the names alone, and with a blank for each four at a line's beginning. */
function withoutPrivateTexts(types) {
  return types
    .replace(/^ *\/\*\*(?:(?!\*\/)[^])*\*\/\n(?= *private )/gm, "")
    .replace(/^(?: {4})+/gm, (blanks) => " ".repeat(blanks.length / 4));
}

module.exports = { withoutComments, withoutDocstrings, withoutPrivateTexts };
