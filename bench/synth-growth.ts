import { deploymentOf } from "./deployments";
import { format, ratioResult, Result } from "./result";
import { compare, growthExponent, Ratio } from "./statistics";
import { Workspace } from "./workspace";

const REFERENCE = 10;
const LINEAR = 1.1;

/** The time of a synth per cluster, for few and for many clusters. */
export async function synthGrowth(workspace: Workspace): Promise<Result[]> {
  const results: Result[] = [];
  const totals: [clusters: number, relativeTime: number][] = [[REFERENCE, 1]];
  const reference = deploymentOf(workspace, REFERENCE);
  for (const [clusters, pairs] of [
    [2, 15],
    [50, 9],
    [100, 9],
  ] as const) {
    const deployment = deploymentOf(workspace, clusters);
    const total = await compare(
      pairs,
      () => workspace.synthesize("deployment", deployment),
      () => workspace.synthesize("deployment", reference),
    );
    totals.push([clusters, total.median]);
    results.push(
      ratioResult(`synth, per cluster of ${clusters}`, `per cluster of ${REFERENCE}`, perCluster(total, clusters)),
    );
  }
  return [
    ...results,
    growthResult("2 to 100", totals),
    growthResult(
      `${REFERENCE} to 100`,
      totals.filter(([clusters]) => clusters >= REFERENCE),
    ),
  ];
}

function perCluster(total: Ratio, clusters: number): Ratio {
  const share = (ratio: number): number => (ratio * REFERENCE) / clusters;
  return {
    median: share(total.median),
    lowerQuartile: share(total.lowerQuartile),
    upperQuartile: share(total.upperQuartile),
    pairs: total.pairs,
  };
}

function growthResult(range: string, totals: readonly (readonly [number, number])[]): Result {
  const exponent = growthExponent(totals);
  return {
    what: `synth, exponent of its growth from ${range} clusters`,
    peer: "1 is linear, 2 quadratic",
    measured: format(exponent),
    goal: `≤ ${LINEAR}`,
    reached: exponent <= LINEAR,
  };
}
