import * as fs from "node:fs";
import { join } from "node:path";
import * as cdktf from "cdktf";
import * as library from "cdktf-zato";
import * as constructs from "constructs";
import * as path from "node:path";
import ts from "typescript";
import { FRAMEWORK } from "../../lib/framework";

/** Runs the program of a project, `main.ts`, in this process, and lets it fill a stack that is there in the place of its own. */
export function evaluateProgram(folder: string, stack: cdktf.TerraformStack): void {
  const source = fs.readFileSync(join(folder, "main.ts"), "utf8");
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  const { outputText, diagnostics = [] } = ts.transpileModule(source, { compilerOptions, reportDiagnostics: true });
  expect(diagnostics.map(({ messageText }) => messageText)).toEqual([]);
  function TheStack(this: object): object {
    Object.setPrototypeOf(stack, new.target.prototype);
    return stack;
  }
  TheStack.prototype = cdktf.TerraformStack.prototype;
  class NoApp {
    public synth(): void {}
  }
  const modules: Readonly<Record<string, unknown>> = {
    "node:path": path,
    [FRAMEWORK.name]: { ...cdktf, App: NoApp, TerraformStack: TheStack },
    [FRAMEWORK.library]: library,
    constructs,
  };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is what this is for
  const run = new Function("require", "exports", "__dirname", outputText) as (...words: unknown[]) => void;
  run((name: string) => modules[name], {}, folder);
}
