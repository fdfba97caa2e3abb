"use strict";

const ts = require("typescript");

// What nobody needs who installs the package: comments and wide indents of the programs that run on hosts, and what types say of private members.

/** With a blank for each four at a line's beginning. */
function withNarrowIndents(text) {
  return text.replace(/^(?: {4})+/gm, (blanks) => " ".repeat(blanks.length / 4));
}

/** A script for bash, or a program in Python, each line of which is still where it was, since both name lines by their numbers. */
function withoutComments(script) {
  return withNarrowIndents(script.replace(/^[ \t]*#(?!!).*$/gm, ""));
}

/** A program in Python, the documentation of which is still there, and empty: a function may have nothing else. */
function withoutDocstrings(program) {
  return withoutComments(program).replace(
    /^([ \t]*""")([^]*?)"""$/gm,
    (_, begin, text) => `${begin}${text.replace(/.+/g, "")}"""`,
  );
}

/** Types, without the texts on private members, of which they tell the names alone, and on what no reference shows. */
function withoutPrivateTexts(types) {
  const text = /^ *\/\*\*(?:(?!\*\/)[^])*\*\/\n(?= *private )|^ *\/\*\*(?:(?!\*\/)[^])*@hidden(?:(?!\*\/)[^])*\*\/\n/gm;
  return withNarrowIndents(types.replace(text, ""));
}

/**
 * Compiled code in which only classes still know the names that they have in the sources, as messages tell them: esbuild can keep those of all
 * functions, too, or none.
 */
function withoutFunctionNames(code) {
  const file = ts.createSourceFile("code.js", code, ts.ScriptTarget.Latest, true);
  const helper = /\bvar ([\w$]+)=\(\w+,\w+\)=>[\w$]+\(\w+,"name",/.exec(code)?.[1];
  const cuts = [];
  const visit = (node) => {
    if (ts.isCallExpression(node) && node.expression.getText(file) === helper) {
      const [named] = node.arguments;
      if (ts.isIdentifier(named) && ts.isExpressionStatement(node.parent)) {
        cuts.push([node.parent.getStart(file), node.parent.end]);
      } else if (named.kind !== ts.SyntaxKind.ThisKeyword) {
        // The parentheses stay, since what is named may be called.
        cuts.push([node.getStart(file), node.expression.end], [named.end, node.end - 1]);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return cuts
    .sort(([one], [other]) => other - one)
    .reduce((rest, [start, end]) => rest.slice(0, start) + rest.slice(end), code);
}

module.exports = { withoutComments, withoutDocstrings, withoutFunctionNames, withoutPrivateTexts };
