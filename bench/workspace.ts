import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import ts from "typescript";

const ROOT = path.join(__dirname, "..");
const PROGRAMS = path.join(__dirname, "programs");

/**
 * A temporary folder with the compiled library as an installed package, and the compiled programs that use it: what is
 * measured is what a user of the package runs.
 */
export class Workspace {
  private readonly folder = mkdtempSync(path.join(tmpdir(), "cdktf-zato-bench-"));
  private readonly dist = path.join(this.folder, "node_modules", "cdktf-zato", "dist");
  private folders = 0;

  /** Compiles the library and the programs. */
  public prepare(): void {
    this.linkDependencies();
    this.installLibrary();
    this.compilePrograms();
  }

  /** A new empty folder. */
  public newFolder(): string {
    const folder = path.join(this.folder, `folder-${++this.folders}`);
    mkdirSync(folder);
    return folder;
  }

  /** Runs a program in a process of its own; returns the milliseconds of processor time that it measured. */
  public run(program: string, input: object): number {
    const file = path.join(this.folder, `${program}.json`);
    writeFileSync(file, JSON.stringify(input));
    const args = [path.join(this.folder, `${program}.js`), file];
    const printed = execFileSync(process.execPath, args, { cwd: this.folder, encoding: "utf8" });
    const milliseconds = Number(printed);
    if (!(milliseconds > 0)) {
      throw new Error(`the program '${program}' printed '${printed}' instead of a time`);
    }
    return milliseconds;
  }

  /** Runs a program that synthesizes, into an empty output folder. */
  public synthesize(program: string, input: { readonly outdir: string }): number {
    rmSync(input.outdir, { recursive: true, force: true });
    return this.run(program, input);
  }

  /** Removes everything. */
  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private linkDependencies(): void {
    const modules = path.join(this.folder, "node_modules");
    mkdirSync(modules);
    for (const name of ["cdktf", "constructs", "@cdktf", "yaml"]) {
      symlinkSync(path.join(ROOT, "node_modules", name), path.join(modules, name));
    }
  }

  private installLibrary(): void {
    execFileSync(process.execPath, [path.join(ROOT, "scripts", "build.js"), this.dist], { stdio: "inherit" });
    cpSync(path.join(ROOT, "package.json"), path.join(this.dist, "..", "package.json"));
  }

  private compilePrograms(): void {
    const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
    for (const name of readdirSync(PROGRAMS)) {
      const source = readFileSync(path.join(PROGRAMS, name), "utf8");
      const { outputText } = ts.transpileModule(source, { compilerOptions });
      writeFileSync(path.join(this.folder, name.replace(/\.ts$/, ".js")), outputText);
    }
  }
}
