import * as library from "cdktf-zato";
import type { TerraformStack } from "cdktf";
import ts from "typescript";
import type { Program } from "./project";

/**
 * What a page's block of TypeScript does that stands in the constructor of a stack: classes of the library are known by their names,
 * everything else is given.
 */
export function programOf(code: string, given: (stack: TerraformStack) => Readonly<Record<string, unknown>>): Program {
  const { outputText } = ts.transpileModule(code, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
  return (stack) => {
    const names: Record<string, unknown> = { ...library, ...given(stack) };
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is a page of ours
    const declare = new Function(...Object.keys(names), outputText) as (...values: unknown[]) => void;
    declare.call(stack, ...Object.values(names));
  };
}
