import { join } from "node:path";
import ts from "typescript";

const LIB = join(__dirname, "..", "..", "lib");
const COMPOSITION = join(LIB, "deployment", "cluster-composition.ts");
const ADDITION = join(LIB, "addition.ts");

/** What the compiler says of the composition of clusters, when a file beside it declares something more. */
function complaintsWith(addition: string): string[] {
  const { config } = ts.readConfigFile(join(LIB, "..", "tsconfig.json"), (file) => ts.sys.readFile(file)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...config.compilerOptions, types: ["node"], paths: {} },
    join(LIB, ".."),
  );
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (file) => file === ADDITION || disk.fileExists(file),
    readFile: (file) => (file === ADDITION ? addition : disk.readFile(file)),
    getSourceFile: (file, ...rest) =>
      file === ADDITION ? ts.createSourceFile(file, addition, rest[0]) : disk.getSourceFile(file, ...rest),
  };
  const program = ts.createProgram([COMPOSITION, ADDITION], options, host);
  return program
    .getSemanticDiagnostics(program.getSourceFile(COMPOSITION))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

test("an option that clusters learn cannot be forgotten in the deployment's list: it does not compile", () => {
  const addition = `
    import "./zato/zato-cluster-props";
    declare module "./zato/zato-cluster-props" { interface ZatoClusterOptions { readonly later?: string } }`;
  expect(complaintsWith(addition)).toEqual([
    expect.stringMatching(/Property 'later' is missing .* required in type 'Record<keyof ZatoClusterOptions, true>'/s),
  ]);
});
