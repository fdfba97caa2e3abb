import { join } from "node:path";
import ts from "typescript";
import type { PageBlock } from "./pages";

const ROOT = join(__dirname, "..", "..", "..");
const GIVEN = join(__dirname, "given.ts");

/** What stands for all that a construct takes. */
const ELLIPSIS = /new (\w+)\(this, ("[^"]*"), \{(\s*)…,/g;

/** What lies on the disk is read once, however many programs are compiled. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/**
 * Compiles blocks of TypeScript, all in one program. One with a comment `given: NAME, NAME` is what stands in a constructor; any
 * other is a whole file.
 *
 * @returns the complaints of the compiler, as `PAGE:LINE: COMPLAINT`
 */
export function compileBlocks(blocks: readonly PageBlock[]): string[] {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(ROOT, "tsconfig.json"), (file) => ts.sys.readFile(file)).config,
    ts.sys,
    ROOT,
  );
  const files = new Map(
    blocks.map((block) => [join(ROOT, block.page.replace(/\.md$/, `.${block.line}.ts`)), sourceOf(block)]),
  );
  const pages = new Map([...files.keys()].map((file, position) => [file, blocks[position]!.page]));
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (file) => files.has(file) || disk.fileExists(file),
    readFile: (file) => files.get(file) ?? disk.readFile(file),
    getSourceFile: (file, ...rest) => {
      const own = files.get(file);
      if (own !== undefined) {
        return ts.createSourceFile(file, own, rest[0]);
      }
      if (!parsed.has(file)) {
        parsed.set(file, disk.getSourceFile(file, ...rest));
      }
      return parsed.get(file);
    },
  };
  const program = ts.createProgram(
    [...files.keys()],
    { ...options, noUnusedLocals: false, noUnusedParameters: false },
    host,
  );
  return [...pages].flatMap(([file, page]) => {
    const source = program.getSourceFile(file)!;
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ start, messageText }) => {
        const { line } = source.getLineAndCharacterOfPosition(start ?? 0);
        return `${page}:${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
      },
    );
  });
}

/** With each line of the code on the line that it has on the page. */
function sourceOf({ line, comment, code }: PageBlock): string {
  const [, names] = /^given: (.+)$/.exec(comment) ?? [];
  if (names === undefined) {
    return "\n".repeat(line - 1) + code;
  }
  const imports = code.match(/^import .*;$/gm) ?? [];
  const body = code.replace(/^import .*;$/gm, "").replace(ELLIPSIS, "new $1(this, $2, {$3...others($1),");
  const wanted = new Set([...names.split(", ").filter((name) => name !== "this"), ...classesIn(body), "others"]);
  imports.forEach((text) => classesIn(text).forEach((name) => wanted.delete(name)));
  const head = [
    `import { ${[...wanted].join(", ")} } from ${JSON.stringify(GIVEN.replace(/\.ts$/, ""))};`,
    ...imports,
    'import { TerraformStack as Stack } from "cdktf"; import { Construct } from "constructs";',
    "export class Block extends Stack { constructor(scope: Construct) { super(scope, 'block');",
  ];
  return `${"\n".repeat(line - 2)}${head.join(" ")}\n${body}}}\n`;
}

/** Names that begin with a capital letter and are nobody's members. */
function classesIn(code: string): string[] {
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    const isMember = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;
    if (ts.isIdentifier(node) && /^[A-Z]/.test(node.text) && !isMember && !(node.text in globalThis)) {
      found.push(node.text);
    }
    ts.forEachChild(node, look);
  };
  ts.forEachChild(ts.createSourceFile("block.ts", code, ts.ScriptTarget.Latest, true), look);
  return found;
}
