import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { plain } from "./host-messages";

const LIB = join(__dirname, "..", "..", "..", "lib");

/** Every text in the sources of the library, with `…` in the place of what only a run knows. */
export function sourceTexts(): Set<string> {
  const files = (readdirSync(LIB, { recursive: true }) as string[]).filter((file) => file.endsWith(".ts"));
  return new Set(files.flatMap((file) => textsIn(readFileSync(join(LIB, file), "utf8"))).map(plain));
}

function textsIn(code: string): string[] {
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    const text = textOf(node);
    if (text === "…") {
      ts.forEachChild(node, look);
    } else {
      found.push(text);
    }
  };
  look(ts.createSourceFile("source.ts", code, ts.ScriptTarget.Latest));
  return found;
}

/** What an expression is of which at least a part is text. */
function textOf(node: ts.Node): string {
  if (ts.isStringLiteralLike(node)) {
    return node.text;
  }
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("");
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return textOf(node.left) + textOf(node.right);
  }
  return "…";
}
