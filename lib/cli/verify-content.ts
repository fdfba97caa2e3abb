import { ask } from "./ask";
import { DeclaredStack } from "./declared-stack";
import { ClusterReport, differsFromDeclared } from "./parity-table";

/** What a cluster runs. */
export interface ContentReport {
  readonly path: string;
  /** What it is called: its name. */
  readonly cluster: string;
  /** The name of its content on its host. */
  readonly component: string;
  /** The address of its host, or the host's name where that is not known. */
  readonly where: string;
  /** Why it could not be asked; empty where it was. */
  readonly reason: string;
  /** What it has answered, if it was asked. */
  readonly report?: ClusterReport;
  /** Terraform's addresses of what puts right what differs. */
  readonly replace: readonly string[];
}

/**
 * Asks every cluster of a stack what it runs of what is declared for it, and what else. Changes nothing.
 * What nobody declared differs too, though a deploy takes it away only where the program's content is exclusive.
 */
export async function verifyContent(stack: DeclaredStack): Promise<ContentReport[]> {
  const { contents } = stack.document;
  return Promise.all(
    stack.componentsToAsk
      .filter(({ kind }) => kind === "content")
      .map(async (component) => {
        const { name, host, partOf, resources } = component;
        const cluster = stack.clusterAt(partOf)!;
        const isExclusive = contents.some(
          ({ exclusiveContent, clusters: its }) => exclusiveContent && its.includes(partOf),
        );
        const { where, reason, said } = await ask(stack, stack.host(host), `verify.sh ${name}`, () =>
          stack.manifestOf(component),
        );
        const report = said === undefined ? undefined : (JSON.parse(said) as ClusterReport);
        return {
          path: partOf,
          cluster: stack.labelOf(cluster),
          component: name,
          where,
          reason,
          report,
          replace: report && differsFromDeclared(report, isExclusive) ? [resources.state] : [],
        };
      }),
  );
}
