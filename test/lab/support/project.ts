import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App, LocalBackend, TerraformStack } from "cdktf";
import type { Lab } from "../../../lab/lab";
import type { CommandResult } from "../../../lab/process";
import { startTerraform, type TerraformRun } from "../../../lab/terraform/terraform";

/** Fills a stack, as the author of a CDKTF program does it. */
export type Program = (stack: TerraformStack) => void;

/** What a project can be told. */
export interface ProjectOptions {
  /** CDKTF context. @default - none */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Added to Terraform's environment, such as TF_VAR_…. @default - nothing */
  readonly env?: Readonly<Record<string, string>>;
}

interface Configuration {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Metadata>>>>;
}

interface Metadata {
  readonly "//"?: { readonly metadata?: { readonly path?: string } };
}

interface PlannedChange {
  readonly address: string;
  readonly change: { readonly actions: readonly string[] };
}

const STACK = "lab";

/** Commands that only print data. */
const COLOURLESS = ["show", "output", "providers"];

/** A stack that is synthesized in the test's own process, and applied by the real Terraform. State and all are thrown away. */
export class Project {
  /** The folder that Terraform runs in: `cdk.tf.json` and whatever Terraform writes. */
  public readonly folder: string;

  private readonly root = mkdtempSync(path.join(tmpdir(), "zato-lab-test-"));
  private readonly constructPaths = new Map<string, string>();
  private initialised = false;

  constructor(
    private readonly lab: Lab,
    private readonly options: ProjectOptions = {},
  ) {
    this.folder = path.join(this.root, "stacks", STACK);
    mkdirSync(this.folder, { recursive: true });
  }

  /** The state file. */
  public get stateFile(): string {
    return path.join(this.root, "terraform.tfstate");
  }

  /** Writes the configuration of a program. */
  public synth(program: Program): this {
    const app = new App({ outdir: this.root, context: { ...this.options.context } });
    const stack = new TerraformStack(app, STACK);
    new LocalBackend(stack, { path: this.stateFile });
    program(stack);
    app.synth();
    this.rememberConstructPaths();
    return this;
  }

  /** Applies what was synthesized last; fails with Terraform's last lines. */
  public async apply(...args: string[]): Promise<string> {
    return this.orThrow(["apply", "-auto-approve", ...args]);
  }

  /** Applies, whatever comes of it. */
  public async tryApply(onLine?: (line: string) => void): Promise<CommandResult> {
    return (await this.startApply(onLine)).finished;
  }

  /** Starts to apply. */
  public async startApply(onLine?: (line: string) => void, ...args: string[]): Promise<TerraformRun> {
    await this.init();
    return this.start(["apply", "-auto-approve", ...args], onLine);
  }

  /**
   * Takes back the state of before a run that was killed while it wrote a new one, which it does in place: the local
   * backend keeps the former one beside it.
   */
  public mendState(): void {
    try {
      JSON.parse(readFileSync(this.stateFile, "utf8"));
    } catch {
      rmSync(this.stateFile, { force: true });
      if (existsSync(`${this.stateFile}.backup`)) {
        copyFileSync(`${this.stateFile}.backup`, this.stateFile);
      }
    }
  }

  /** Destroys everything, whatever comes of it. */
  public async destroy(...args: string[]): Promise<CommandResult> {
    return this.start(["destroy", "-auto-approve", ...args]).finished;
  }

  /** Terraform's address of a resource, by its construct path below the stack. */
  public address(constructPath: string): string {
    const found = [...this.constructPaths].find(([, path]) => path === constructPath);
    if (found === undefined) {
      throw new Error(`there is no resource at ${constructPath}`);
    }
    return found[0];
  }

  /** What a plan would do: actions by the construct path below the stack, without resources that stay as they are. */
  public async plan(): Promise<Record<string, string>> {
    const file = path.join(this.root, "plan");
    await this.orThrow(["plan", `-out=${file}`]);
    const shown = JSON.parse(await this.orThrow(["show", "-json", file])) as {
      resource_changes?: readonly PlannedChange[];
    };
    const changes = (shown.resource_changes ?? []).filter(({ change }) => change.actions.join() !== "no-op");
    return Object.fromEntries(
      changes.map(({ address, change }) => [this.constructPaths.get(address) ?? address, change.actions.join(" ")]),
    );
  }

  /** Exit status of `terraform plan -detailed-exitcode`: 0 for nothing to do, 2 for changes. */
  public async planStatus(): Promise<number> {
    await this.init();
    return (await this.start(["plan", "-detailed-exitcode"]).finished).status;
  }

  /** The value of an output. */
  public async output<T>(name: string): Promise<T> {
    return JSON.parse(await this.orThrow(["output", "-json", name])) as T;
  }

  /** Runs any Terraform command that has to succeed; gives its standard output. */
  public async orThrow(args: readonly string[]): Promise<string> {
    await this.init();
    const result = await this.start(args).finished;
    if (result.status !== 0) {
      throw new Error(`terraform ${args[0]} ended with status ${result.status}:\n${lastLines(result)}`);
    }
    return result.stdout;
  }

  /** Removes configuration and state. */
  public remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  private async init(): Promise<void> {
    if (!this.initialised) {
      const result = await this.start(["init"]).finished;
      if (result.status !== 0) {
        throw new Error(`terraform init failed:\n${lastLines(result)}`);
      }
      this.initialised = true;
    }
  }

  private start(args: readonly string[], onLine?: (line: string) => void): TerraformRun {
    return startTerraform([...args, ...(COLOURLESS.includes(args[0]!) ? [] : ["-no-color"])], {
      cwd: this.folder,
      cliConfigFile: this.lab.cliConfigFile,
      env: this.options.env,
      onLine: (line) => {
        if (process.env.LAB_VERBOSE === "1") {
          process.stdout.write(`${line}\n`);
        }
        onLine?.(line);
      },
    });
  }

  /** Of former configurations too: what is removed is in none but these. */
  private rememberConstructPaths(): void {
    const file = path.join(this.folder, "cdk.tf.json");
    const { resource = {} } = JSON.parse(readFileSync(file, "utf8")) as Configuration;
    for (const [type, resources] of Object.entries(resource)) {
      for (const [name, { "//": comment }] of Object.entries(resources)) {
        const constructPath = comment?.metadata?.path ?? name;
        this.constructPaths.set(`${type}.${name}`, constructPath.replace(`${STACK}/`, ""));
      }
    }
  }
}

/** What was the matter, and the end of what a command has said before, for messages of failed tests. */
export function lastLines({ stdout, stderr }: CommandResult): string {
  const complaints = stderr.trim().split("\n").slice(-60);
  return [
    ...complaints,
    ...stdout
      .trim()
      .split("\n")
      .slice(Math.min(complaints.length - 60, -1)),
  ].join("\n");
}
