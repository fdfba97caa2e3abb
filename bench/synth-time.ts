import { deploymentOf, rawEquivalent } from "./deployments";
import { ratioResult, Result } from "./result";
import { compare } from "./statistics";
import { Workspace } from "./workspace";

/** Composing and synthesizing a deployment against the same resources in raw cdktf. */
export async function synthTime(workspace: Workspace): Promise<Result[]> {
  return [
    await synthTimeOf(workspace, 2, 31),
    await synthTimeOf(workspace, 10, 15),
    await synthTimeOf(workspace, 50, 9),
  ];
}

async function synthTimeOf(workspace: Workspace, clusters: number, pairs: number): Promise<Result> {
  const deployment = deploymentOf(workspace, clusters);
  const raw = rawEquivalent(workspace, deployment);
  const ratio = await compare(
    pairs,
    () => workspace.synthesize("deployment", deployment),
    () => workspace.synthesize("raw-stack", raw),
  );
  return ratioResult(
    `synth of ${clusters} clusters`,
    `raw cdktf with the same ${raw.resources.length} resources and texts, ready-made`,
    ratio,
    1.3,
  );
}
