"use strict";

// What of the programs that run on hosts nobody needs who installs the package: their comments.

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

module.exports = { withoutComments, withoutDocstrings };
