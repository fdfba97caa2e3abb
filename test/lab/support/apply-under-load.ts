import type { Lab } from "../../../lab/lab";
import { startLoad, type LoadOptions } from "../../../lab/load";
import { describeLoad } from "../../../lab/load-summary";
import type { CommandResult } from "../../../lab/process";
import type { Program, Project } from "./project";

/** Applies while clients send requests, all of which must be answered; gives what Terraform said. */
export async function applyUnderLoad(
  lab: Lab,
  project: Project,
  program: Program,
  requests: Omit<LoadOptions, "seconds">,
): Promise<CommandResult> {
  const load = await startLoad(lab, { seconds: 300, ...requests });
  await load.begun;
  const result = await project.synth(program).tryApply();
  load.stop();
  const summary = await load.finished;
  console.log(`${expect.getState().currentTestName}: ${describeLoad(summary)}`);
  expect(summary.failedByKind).toEqual({});
  return result;
}
