import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "..", "..", "..");

/** The entry points of the package: `.`, `./aws` … */
export const ENTRY_POINTS = Object.keys(
  (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { exports: object }).exports,
).filter((subpath) => subpath !== "./package.json");

/** Something that users can import. */
export interface Export {
  readonly name: string;
  readonly symbol: ts.Symbol;
  readonly declaration: ts.Declaration;
}

/** What an entry point of the package exports. */
export function exportsOf(subpath: string): Export[] {
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
  return checker
    .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!)
    .map((exported) => ({
      name: exported.name,
      symbol: exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported,
    }))
    .filter(({ symbol }) => symbol.getJsDocTags(checker).every(({ name }) => name !== "internal"))
    .map(({ name, symbol }) => ({ name, symbol, declaration: symbol.declarations![0]! }));
}
