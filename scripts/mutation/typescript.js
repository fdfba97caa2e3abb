"use strict";

// typescript.js [FILE...]: makes one small fault after the other in the TypeScript sources, and runs the tests that should notice: of the
// given files all faults, by default one in ONE_IN of all of lib. Ends with status 1 where fewer than 85 % are noticed.

const { existsSync, readdirSync, readFileSync } = require("node:fs");
const { basename, join } = require("node:path");
const ts = require("typescript");
const { isChosen, ROOT, tryEdits } = require("./trial");

const ONE_IN = 80;

/** The tests of everything but host scripts, which are no TypeScript. */
const OTHERS = ["test/(?!host-scripts/|ci/)"];

const K = ts.SyntaxKind;
const OPERATORS = new Map([
  [K.EqualsEqualsEqualsToken, "!=="],
  [K.ExclamationEqualsEqualsToken, "==="],
  [K.LessThanToken, "<="],
  [K.LessThanEqualsToken, "<"],
  [K.GreaterThanToken, ">="],
  [K.GreaterThanEqualsToken, ">"],
  [K.AmpersandAmpersandToken, "||"],
  [K.BarBarToken, "&&"],
  [K.AsteriskToken, "/"],
  [K.MinusToken, "+"],
]);

const given = process.argv.slice(2);
const files = given.length > 0 ? given : sources();
tryEdits(files.flatMap((file) => editsOf(file)));

function sources() {
  return readdirSync(join(ROOT, "lib"), { recursive: true })
    .filter((name) => name.endsWith(".ts") && !name.endsWith("index.ts"))
    .sort()
    .map((name) => join("lib", name));
}

function editsOf(path) {
  const text = readFileSync(join(ROOT, path), "utf8");
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const own = `test/${path.split("/")[1]}/`;
  const nearest = testsNear(own, path);
  return (
    faultsIn(source)
      .map(({ node, to }) => {
        const line = source.getLineAndCharacterOfPosition(node.getStart()).line;
        const what = `${path}:${line + 1}: ${node.getText().replace(/\s+/g, " ").slice(0, 80)}  ->  ${to.slice(0, 80)}`;
        const edited = text.slice(0, node.getStart()) + to + text.slice(node.getEnd());
        return {
          path,
          what,
          text: edited,
          nearest,
          tests: existsSync(join(ROOT, own)) ? [own] : OTHERS,
          others: OTHERS,
        };
      })
      // By what it is, not by its place: lines come and go.
      .filter(({ what }) => given.length > 0 || isChosen(what.replace(/:\d+:/, ":"), ONE_IN))
  );
}

/** Tests of the same layer whose names begin with the same word: `status.test.ts` for `status-advice.ts`. */
function testsNear(folder, path) {
  const word = basename(path).split(/[-.]/)[0];
  const names = existsSync(join(ROOT, folder)) ? readdirSync(join(ROOT, folder)) : [];
  const near = names.filter((name) => name.endsWith(".test.ts") && name.split(/[-.]/)[0] === word);
  return near.length > 0 ? near.map((name) => `${folder}${name}`) : undefined;
}

/** What may be put in the place of each part of a source: { node, to }. */
function faultsIn(source) {
  const found = [];
  const put = (node, to) => found.push({ node, to });
  const visit = (node) => {
    // Types are gone at run time, and what a message says to people is not compared word by word.
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || isMessage(node)) {
      return;
    }
    faultsOf(node, put);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isMessage(node) {
  return ts.isNewExpression(node) && /Error$/.test(node.expression.getText());
}

function faultsOf(node, put) {
  if (ts.isBinaryExpression(node) && OPERATORS.has(node.operatorToken.kind)) {
    put(node.operatorToken, OPERATORS.get(node.operatorToken.kind));
  } else if (ts.isIfStatement(node)) {
    put(node.expression, `!(${node.expression.getText()})`);
  } else if (ts.isConditionalExpression(node)) {
    put(node.condition, `!(${node.condition.getText()})`);
  } else if (ts.isPrefixUnaryExpression(node) && node.operator === K.ExclamationToken) {
    put(node, `(${node.operand.getText()})`);
  } else if (ts.isExpressionStatement(node) && !node.getText().startsWith("super(")) {
    put(node, ";");
  } else if (ts.isNumericLiteral(node) && !ts.isPropertyAssignment(node.parent?.name === node ? node.parent : node)) {
    put(node, String(Number(node.text.replaceAll("_", "")) + 1));
  } else if (node.kind === K.TrueKeyword || node.kind === K.FalseKeyword) {
    put(node, node.kind === K.TrueKeyword ? "false" : "true");
  } else if (ts.isStringLiteral(node) && node.text !== "" && !isName(node)) {
    put(node, '""');
  } else if (ts.isPropertyAccessExpression(node) && ["some", "every"].includes(node.name.text)) {
    put(node.name, node.name.text === "some" ? "every" : "some");
  } else if (
    ts.isReturnStatement(node) &&
    node.expression !== undefined &&
    ts.isArrayLiteralExpression(node.expression)
  ) {
    put(node.expression, "[]");
  }
}

function isName(node) {
  return (ts.isPropertyAssignment(node.parent) && node.parent.name === node) || ts.isLiteralTypeNode(node.parent);
}
