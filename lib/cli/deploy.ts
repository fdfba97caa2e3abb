import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { FRAMEWORK } from "../framework";
import { DeclaredStack } from "./declared-stack";
import { DeployProgress } from "./deploy-progress";
import { meaningOf, newPlan, showPlan } from "./plan";
import { renderText } from "./plan-text";
import { quoted } from "./quoted";
import { runTerraform, terraformProgram } from "./terraform-program";

/** What is deployed, and how it is asked whether it may be. */
export interface DeployCall {
  readonly stack: DeclaredStack;
  /** What `terraform plan -out` has written, which somebody has looked at; a plan is made, and shown, where none is given. */
  readonly file?: string;
  /** Whether nobody is asked. */
  readonly isApproved: boolean;
  readonly hasColours: boolean;
  /** Asks, and gives what is answered; nothing where nobody is there. */
  readonly ask?: (question: string) => Promise<string>;
}

/**
 * Lets Terraform apply a plan, and tells what it does in the steps of that, with the time so far; at the end where it is found and what
 * to do next, or what could not be done.
 *
 * @returns 0 when all is deployed, or nothing was to be; 1 when something is not, or somebody said no
 * @throws Error when Terraform makes no plan, or nobody can be asked
 */
export async function deploy(call: DeployCall, print: (text: string) => void): Promise<number> {
  const { stack, file } = call;
  prepare(stack.folder);
  const plan = file === undefined ? newPlan(stack.folder) : { file: resolve(file), remove: (): void => {} };
  try {
    const { steps } = meaningOf(stack, showPlan(stack.folder, plan.file), "");
    const lines = renderText({ version: 1, stack: stack.folder, steps, command: "" }, call.hasColours);
    print(`${(steps.length > 0 ? lines.slice(0, -2) : lines).join("\n")}\n`);
    if (steps.length > 0 && file === undefined && !call.isApproved && !(await isWanted(call))) {
      print("nothing was deployed\n");
      return 1;
    }
    const begun = Date.now();
    const duration = (): string => minutes(Date.now() - begun);
    const progress = new DeployProgress(steps, stack.document, duration);
    const status = await apply(stack.folder, plan.file, (line) =>
      progress.take(line).forEach((one) => print(`${one}\n`)),
    );
    if (status === 0 && steps.length === 0) {
      return 0;
    }
    const end = status === 0 ? ended(stack, progress, duration()) : failed(stack, progress, duration());
    print(`\n${end.join("\n")}\n`);
    return status === 0 ? 0 : 1;
  } finally {
    plan.remove();
  }
}

/** Once for each folder, as the framework's own program does it. */
function prepare(folder: string): void {
  if (!existsSync(join(folder, ".terraform"))) {
    runTerraform(folder, ["init", "-input=false", "-no-color"], "init", "gets no providers");
  }
}

async function isWanted({ ask }: DeployCall): Promise<boolean> {
  if (!ask) {
    throw new Error(
      "nobody can be asked here whether this may be deployed; give --yes, or a plan that was looked at by --plan",
    );
  }
  return (await ask("\ndeploy this? Only 'yes' is taken for yes: ")).trim() === "yes";
}

/** Asks on a terminal. */
export function askOnTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  return new Promise((answer) => {
    terminal.on("close", () => answer(""));
    terminal.question(question, (text) => {
      answer(text);
      terminal.close();
    });
  });
}

/** Whoever interrupts, interrupts Terraform, which ends what it is at; we wait for it. */
async function apply(folder: string, file: string, take: (line: string) => void): Promise<number> {
  const goOn = (): void => {};
  process.on("SIGINT", goOn);
  try {
    const child = spawn(terraformProgram(), ["apply", "-input=false", "-json", file], {
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const over = new Promise<number>((done, fail) =>
      child.on("error", fail).on("close", (status) => done(status ?? 1)),
    );
    createInterface({ input: child.stdout }).on("line", take);
    return await over;
  } finally {
    process.off("SIGINT", goOn);
  }
}

function ended({ document, folder }: DeclaredStack, { outputs }: DeployProgress, duration: string): string[] {
  const entries = document.deployments.flatMap(({ path, outputs: names }) => {
    const url = outputs[names.entry_url ?? ""];
    return typeof url === "string" ? [`${path.split("/").at(-1)}: ${url}`] : [];
  });
  return [`deployed in ${duration}`, ...entries, `to do next: npx ${FRAMEWORK.library} status ${quoted(folder)}`];
}

/** What could not be done stands last, and is short. */
function failed({ folder }: DeclaredStack, progress: DeployProgress, duration: string): string[] {
  const { current, failures } = progress;
  const [component] = failures.flatMap((failure) => failure.component ?? []);
  return [
    `failed after ${duration}${current === "" ? "" : `, in ${current}`}`,
    ...(failures.length === 0 ? [`  Terraform gave no reason; '${FRAMEWORK.name} deploy' shows all that it says`] : []),
    ...failures.flatMap(({ lines }) => lines.map((line) => `  ${line}`)),
    "what comes after it was not touched, and what is done is left alone: remove the cause, and deploy again",
    `to do next: npx ${FRAMEWORK.library} ${component === undefined ? "status" : "logs"} ${quoted(folder)}` +
      (component === undefined ? "" : ` ${component}`),
  ];
}

/** `1:05`. */
function minutes(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
