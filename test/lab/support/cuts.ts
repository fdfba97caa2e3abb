import type { Lab } from "../../../lab/lab";
import type { TerraformRun } from "../../../lab/terraform/terraform";
import type { Project } from "./project";
import { killSshSessions } from "./ssh-sessions";

/** A way to cut an apply off. */
export interface Cut {
  readonly name: string;
  /** What of Terraform's output is a step at which it can be. */
  readonly steps: RegExp;
  readonly strike: (lab: Lab, host: string, run: TerraformRun) => Promise<unknown>;
}

/** `kill -9`, at whatever Terraform begins or a host's script says. */
export const TERRAFORM_KILLED: Cut = {
  name: "Terraform killed",
  steps: /Creating\.\.\.|Provisioning with|\[host\d\]/,
  strike: (_lab, _host, run) => Promise.resolve(run.kill("SIGKILL")),
};

/** All sessions of the login user end. */
export const SSH_CUT: Cut = {
  name: "SSH cut",
  steps: /Connected!|\[host\d\]/,
  strike: killSshSessions,
};

/** More than there are steps. */
const MAX_APPLIES = 150;

/** What came of an apply that was cut off again and again. */
export interface CutApply {
  /** Where it was cut off, in that order. */
  readonly steps: readonly string[];
  /** What a message told to create again, since Terraform took it for created. */
  readonly replaced: readonly string[];
}

/**
 * Applies until it succeeds, doing what messages tell, and cuts each apply off at the first step that none was cut off at before: the steps are
 * found by walking, so that a new one is covered on the day it is added.
 */
export async function applyWithCuts(lab: Lab, host: string, project: Project, cut: Cut): Promise<CutApply> {
  const steps: string[] = [];
  const replaced = new Set<string>();
  let advice: string | undefined;
  for (let applies = 0; applies < MAX_APPLIES; applies++) {
    const seen = new Map<string, number>();
    const strikes: Promise<unknown>[] = [];
    const run = await project.startApply(
      (line) => {
        const step = cut.steps.test(line) && nameOf(line, seen);
        if (step && !steps.includes(step)) {
          steps.push(step);
          strikes.push(cut.strike(lab, host, run));
        }
      },
      ...(advice === undefined ? [] : [`-replace=${advice}`]),
    );
    const { status, stdout } = await run.finished;
    await Promise.all(strikes);
    project.mendState();
    if (status === 0) {
      return { steps, replaced: [...replaced] };
    }
    advice = /apply -replace='([^']+)'/.exec(stdout)?.[1];
    if (advice !== undefined) {
      replaced.add(advice);
    } else if (strikes.length === 0) {
      throw new Error(
        `an apply failed that was not cut off, after cuts at:\n${steps.join("\n")}\n${stdout.slice(-3000)}`,
      );
    }
  }
  throw new Error(`there is no end of steps:\n${steps.join("\n")}`);
}

/** A line without what differs from run to run; a repeated one is a step of its own. */
function nameOf(line: string, seen: Map<string, number>): string {
  const bare = line.replace(/\(\d+ s\)|\d+ s\b|[0-9a-f]{8,}/g, "…").trim();
  const times = (seen.get(bare) ?? 0) + 1;
  seen.set(bare, times);
  return times === 1 ? bare : `${bare} (${times})`;
}
