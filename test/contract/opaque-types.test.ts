import ts from "typescript";
import { compileAgainstBuiltTypes } from "./support/built-types";
import { ENTRY_POINTS, exportsOf } from "./support/exports";
import { isOpaqueClass } from "./support/opaque-classes";

const opaque = ENTRY_POINTS.flatMap((subpath) =>
  exportsOf(subpath)
    .filter(({ declaration }) => isOpaqueClass(declaration))
    .map(({ name }) => ({ name, module: `${subpath}/index` })),
);
const names = opaque.map(({ name }) => name);

/** A line of a program, and whether the compiler is to take it. */
interface Line {
  readonly line: string;
  readonly compiles: boolean;
}

const LINES: Line[] = opaque.flatMap(({ name }) => [
  { line: `import { ${name} } from "${opaque.find((one) => one.name === name)!.module}";`, compiles: true },
  { line: `declare const real${name}: ${name};`, compiles: true },
  { line: `takes<${name}>(real${name});`, compiles: true },
  { line: `takes<${name}>("text");`, compiles: false },
  { line: `takes<${name}>(4);`, compiles: false },
  { line: `takes<${name}>({});`, compiles: false },
  // All that is visible of it, and yet not it: what two classes of the same shape would be.
  { line: `takes<${name}>({ ...real${name} } as Pick<${name}, keyof ${name}>);`, compiles: false },
  ...names
    .filter((other) => other !== name)
    .map((other) => ({ line: `takes<${name}>(real${other});`, compiles: false })),
]);

const HEADER = "declare function takes<T>(value: T): void;";

describe("with the types of the package, nothing stands for an opaque value but what its class made:", () => {
  let complaints: Map<number, string>;

  beforeAll(() => {
    complaints = compileAgainstBuiltTypes([HEADER, ...LINES.map(({ line }) => line)].join("\n"));
  });

  test("there are such classes, and the compiler has no other complaint", () => {
    expect(names).toEqual(expect.arrayContaining(["SshKey", "OdbDatabase", "F5Tls", "Secret", "SecurityDefinition"]));
    expect(complaints.get(1)).toBeUndefined();
  });

  test.each(names)("%s", (name) => {
    const own = LINES.map((line, position) => ({ ...line, complaint: complaints.get(position + 2) })).filter(
      ({ line }) => line.startsWith(`takes<${name}>`) || line.includes(`real${name}:`) || line.includes(`{ ${name} }`),
    );
    expect(own.length).toBeGreaterThan(names.length + 4);
    expect(own.filter(({ compiles, complaint }) => compiles !== (complaint === undefined))).toEqual([]);
  });
});

test.each(ENTRY_POINTS)(
  "every class that %j exports and only its own factories make says its name as its kind",
  (subpath) => {
    const said = exportsOf(subpath)
      .filter(({ declaration }) => isOpaqueClass(declaration))
      .map(({ name, declaration }) => [name, kindIn(declaration as ts.ClassDeclaration)]);
    expect(said).toEqual(said.map(([name]) => [name, name]));
  },
);

function kindIn(declaration: ts.ClassDeclaration): string | undefined {
  const getter = declaration.members
    .filter((member) => ts.isGetAccessorDeclaration(member))
    .find((member) => member.name.getText() === "[KIND]");
  return getter?.type?.getText().replaceAll('"', "");
}
