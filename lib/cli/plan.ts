import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { FRAMEWORK } from "../framework";
import { DeclaredStack } from "./declared-stack";
import { readPlan } from "./plan-changes";
import { PlanParts } from "./plan-parts";
import { PlanReport, reportOf } from "./plan-report";
import { PlanSteps } from "./plan-steps";
import { quoted } from "./quoted";
import { runTerraform, showAsJson, terraformProgram } from "./terraform-program";

/** What cannot be said without Terraform. */
const COMPLAINT = "does not say what would be done";

/**
 * What a plan of Terraform's means. Changes nothing.
 *
 * @param file what `terraform plan -out` has written; a plan is made where none is given
 * @throws Error when Terraform cannot show or make a plan
 */
export function plan(stack: DeclaredStack, file?: string): PlanReport {
  const path = file === undefined ? undefined : resolve(file);
  const json = path === undefined ? showNewPlan(stack.folder) : showPlan(stack.folder, path);
  return meaningOf(
    stack,
    json,
    path === undefined
      ? `${FRAMEWORK.name} deploy ${stack.document.stack}`
      : `${terraformProgram()} -chdir=${quoted(stack.folder)} apply ${quoted(path)}`,
  );
}

/** What a plan, as Terraform shows it, means. */
export function meaningOf(stack: DeclaredStack, json: string, command: string): PlanReport {
  const parts = new PlanParts(stack, readPlan(json));
  return reportOf(stack.folder, new PlanSteps(stack, parts.all).all, command);
}

/** A plan that Terraform has written, as JSON. */
export function showPlan(folder: string, file: string): string {
  return showAsJson(folder, [file], COMPLAINT);
}

/** A plan on the disk, for nobody else, until it is removed. */
export interface PlanOnDisk {
  readonly file: string;
  readonly remove: () => void;
}

/**
 * Lets Terraform make a plan.
 *
 * @throws Error when it cannot, and nothing is left
 */
export function newPlan(folder: string): PlanOnDisk {
  const own = mkdtempSync(join(tmpdir(), "cdktf-zato-plan-"));
  const file = join(own, "plan");
  // Whoever interrupts ends Terraform, and then us: after the folder is gone.
  const goOn = (): void => {};
  process.on("SIGINT", goOn);
  const remove = (): void => {
    process.off("SIGINT", goOn);
    rmSync(own, { recursive: true, force: true });
  };
  try {
    writeFileSync(file, "", { mode: 0o600 });
    runTerraform(folder, ["plan", "-input=false", "-no-color", `-out=${file}`], "plan", COMPLAINT);
    return { file, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function showNewPlan(folder: string): string {
  const { file, remove } = newPlan(folder);
  try {
    return showPlan(folder, file);
  } finally {
    remove();
  }
}
