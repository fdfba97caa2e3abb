import { DeclaredCluster } from "../document";
import { DeclaredStack } from "./declared-stack";

/**
 * The cluster of a name, or of a construct path.
 *
 * @throws Error when there is none, or several have the name
 */
export function requireCluster(stack: DeclaredStack, wanted: string): DeclaredCluster {
  const { clusters } = stack.document;
  const found = clusters.find((cluster) => stack.labelOf(cluster) === wanted || cluster.path === wanted);
  if (!found) {
    const labels = clusters.map((cluster) => `'${stack.labelOf(cluster)}'`).join(", ");
    throw new Error(`there is no cluster '${wanted}' in the stack in '${stack.folder}'; it has ${labels || "none"}`);
  }
  return found;
}
