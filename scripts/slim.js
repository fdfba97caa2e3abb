"use strict";

// What of the package nobody needs who installs it: types that no entry point's types name, and comments of the programs that run on
// hosts.

const { readdirSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { basename, dirname, join, resolve } = require("node:path");
const ts = require("typescript");

/**
 * Removes the files of types in a folder that nothing names on the way from the entry points. What collects other files stays, and
 * forgets the removed ones.
 */
function dropUnusedTypes(folder, entries) {
  const program = ts.createProgram(
    entries.map((entry) => resolve(folder, entry)),
    { module: ts.ModuleKind.Node16, noLib: true, types: [] },
  );
  const used = new Set([...filesUsed(program)].map(({ fileName }) => fileName));
  const reached = new Set(program.getSourceFiles().map(({ fileName }) => fileName));
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".d.ts"))
    .map((name) => resolve(folder, name));
  const isKept = (file) => used.has(file) || (reached.has(file) && basename(file) === "index.d.ts");
  files.filter((file) => !isKept(file)).forEach((file) => rmSync(file));
  files.filter(isKept).forEach((file) => forget(file, (other) => isKept(other) || !files.includes(other)));
}

/** The files in which something is declared that the entry points export, or that is named where such a thing is declared. */
function filesUsed(program) {
  const checker = program.getTypeChecker();
  const used = new Set(program.getRootFileNames().map((name) => program.getSourceFile(name)));
  const use = (symbol) => {
    const named = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    [symbol, named].flatMap(({ declarations = [] }) => declarations).forEach((one) => used.add(one.getSourceFile()));
  };
  const visit = (node) => {
    const symbol = ts.isIdentifier(node) && checker.getSymbolAtLocation(node);
    if (symbol) {
      use(symbol);
    }
    ts.forEachChild(node, visit);
  };
  [...used].forEach((file) => checker.getExportsOfModule(checker.getSymbolAtLocation(file)).forEach(use));
  // A set tells of what is added to it meanwhile, too.
  used.forEach((file) => program.isSourceFileFromExternalLibrary(file) || visit(file));
  return used;
}

/** Takes the lines out of a file that export all of files that are not there. */
function forget(file, isThere) {
  const text = readFileSync(file, "utf8");
  const left = text.replace(/^export (?:type )?\* from "(\.[^"]*)";\n/gm, (line, name) => {
    const path = join(dirname(file), name);
    return isThere(`${path}.d.ts`) && isThere(join(path, "index.d.ts")) ? line : "";
  });
  if (left !== text) {
    // What has nothing left is a module all the same.
    writeFileSync(file, left || "export {};\n");
  }
}

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

module.exports = { dropUnusedTypes, withoutComments, withoutDocstrings };
