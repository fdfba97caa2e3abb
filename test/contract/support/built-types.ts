import { join } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "..", "..", "..");

/** The types of the package, as `scripts/build.js` writes them, by the path of their file. */
function builtTypes(): { readonly options: ts.CompilerOptions; readonly files: ReadonlyMap<string, string> } {
  const parsed = ts.getParsedCommandLineOfConfigFile(
    join(ROOT, "tsconfig.build.json"),
    { emitDeclarationOnly: true },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: ({ messageText }) => fail(messageText) },
  )!;
  const files = new Map<string, string>();
  // Whether they are right, the build says.
  ts.createProgram(parsed.fileNames, { ...parsed.options, noCheck: true }).emit(
    undefined,
    (file, text) => files.set(file, text),
    undefined,
    true,
  );
  return { options: parsed.options, files };
}

/**
 * Compiles a program against the built types of the package, beside which it stands: `./index`, `./aws/index`.
 *
 * @returns the complaints of the compiler, by the number of the line, which begins with 1
 */
export function compileAgainstBuiltTypes(text: string): Map<number, string> {
  const { options, files } = builtTypes();
  const program = join(ROOT, "dist", "program.ts");
  const given = new Map([...files, [program, text]]);
  const disk = ts.createCompilerHost(options);
  // What lies in dist/ may be of another time.
  const isOnDisk = (file: string): boolean => !file.startsWith(join(ROOT, "dist"));
  const host: ts.CompilerHost = {
    ...disk,
    readFile: (file) => given.get(file) ?? (isOnDisk(file) ? disk.readFile(file) : undefined),
    fileExists: (file) => given.has(file) || (isOnDisk(file) && disk.fileExists(file)),
    getSourceFile: (file, ...rest) => {
      const own = given.get(file);
      return own === undefined ? disk.getSourceFile(file, ...rest) : ts.createSourceFile(file, own, rest[0]);
    },
    directoryExists: undefined,
  };
  const compiled = ts.createProgram(
    [program],
    { ...options, noEmit: true, rootDir: ROOT, noUnusedLocals: false },
    host,
  );
  const source = compiled.getSourceFile(program);
  return new Map(
    [...compiled.getSyntacticDiagnostics(source), ...compiled.getSemanticDiagnostics(source)].map(
      ({ start, messageText }) => [
        source!.getLineAndCharacterOfPosition(start!).line + 1,
        ts.flattenDiagnosticMessageText(messageText, "\n"),
      ],
    ),
  );
}

function fail(message: string | ts.DiagnosticMessageChain): never {
  throw new Error(ts.flattenDiagnosticMessageText(message, "\n"));
}
