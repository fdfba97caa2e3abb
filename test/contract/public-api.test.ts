import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "..", "..");

const ENTRY_POINTS = Object.keys(
  (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { exports: object }).exports,
).filter((subpath) => subpath !== "./package.json");

/*
 * What users can import. A name that goes, or changes what it is, breaks them: that needs a major version. After an
 * intended addition: npx jest test/contract -u
 */
test.each(ENTRY_POINTS)("the names and kinds of everything that %j of the package exports", (subpath) => {
  const entry = join(ROOT, "lib", subpath, "index.ts");
  const options: ts.CompilerOptions = { module: ts.ModuleKind.CommonJS, noLib: true, types: [] };
  const host = ts.createCompilerHost(options);
  // The library's own files are enough, and much faster to read than those of cdktf.
  host.resolveModuleNameLiterals = (literals, file) =>
    literals.map(({ text }) =>
      text.startsWith(".") ? ts.resolveModuleName(text, file, options, host) : { resolvedModule: undefined },
    );
  const program = ts.createProgram([entry], options, host);
  const checker = program.getTypeChecker();
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!);
  const names = exported
    .map((symbol) => ({
      name: symbol.name,
      target: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    }))
    .filter(({ target }) => target.getJsDocTags(checker).every(({ name }) => name !== "internal"))
    .map(({ name, target }) => `${kindOf(target.flags)} ${name}`);
  expect(names.sort()).toMatchSnapshot();
});

function kindOf(flags: ts.SymbolFlags): string {
  const kinds: [ts.SymbolFlags, string][] = [
    [ts.SymbolFlags.Class, "class"],
    [ts.SymbolFlags.Interface, "interface"],
    [ts.SymbolFlags.Enum, "enum"],
    [ts.SymbolFlags.TypeAlias, "type"],
    [ts.SymbolFlags.Function, "function"],
  ];
  return kinds.find(([flag]) => flags & flag)?.[1] ?? "const";
}
