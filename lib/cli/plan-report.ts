import { Effect } from "./plan-effects";
import { PlannedPart } from "./plan-parts";
import { Cause, causesOf } from "./plan-settings";
import { PlanStep } from "./plan-steps";
import { withoutControls } from "./terminal";

/** What a plan means, as `plan --json` prints it; docs/plan.schema.json says the same. Another version is another format. */
export interface PlanReport {
  readonly version: 1;
  /** The stack's folder. */
  readonly stack: string;
  /** In the order in which they will happen; none where nothing is to be done. */
  readonly steps: readonly ReportedStep[];
  /** The command that does it; empty where nothing is to be done. */
  readonly command: string;
}

/** What is done at one time. */
export type ReportedStep = Omit<PlanStep, "parts"> & { readonly parts: readonly ReportedPart[] };

/** What happens to a part of a deployment. */
export interface ReportedPart extends Omit<PlannedPart, "settings" | "removedBy" | "effect"> {
  readonly effect: Effect;
  readonly causes: readonly Cause[];
}

/** What is said of the steps of a plan. */
export function reportOf(stack: string, steps: readonly PlanStep[], command: string): PlanReport {
  return inLines({
    version: 1,
    stack,
    steps: steps.map((step) => ({ ...step, parts: step.parts.map(reported) })),
    command: steps.length > 0 ? command : "",
  });
}

/** Names are in it that are anybody's: each is a line, and nothing that a terminal obeys. */
function inLines(report: PlanReport): PlanReport {
  return JSON.parse(JSON.stringify(report), (_, value: unknown) =>
    typeof value === "string" ? withoutControls(value).replace(/\s+/g, " ") : value,
  ) as PlanReport;
}

function reported(part: PlannedPart): ReportedPart {
  const { kind, name, cluster, host, where, effect, remark, addresses } = part;
  return {
    kind,
    name,
    ...(cluster !== undefined && { cluster }),
    ...(host !== undefined && { host }),
    where,
    effect,
    remark,
    causes: causesOf(part),
    addresses,
  };
}
