import ts from "typescript";
import { ENTRY_POINTS, exportsOf } from "./support/exports";

/*
 * What users can import. A name that goes, or changes what it is, breaks them: that needs a major version. After an
 * intended addition: npx jest test/contract -u
 */
test.each(ENTRY_POINTS)("the names and kinds of everything that %j of the package exports", (subpath) => {
  const names = exportsOf(subpath).map(({ name, symbol }) => `${kindOf(symbol.flags)} ${name}`);
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
