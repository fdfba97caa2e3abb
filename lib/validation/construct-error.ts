import { IConstruct } from "constructs";

/**
 * What a wrong input gets at synth: where it stands in the construct tree, what is wrong with which value, and
 * the way out.
 */
export class ConstructError extends Error {
  /**
   * @param scope the construct whose input is wrong
   * @param problem what is wrong, with the offending value
   * @param wayOut what to write instead
   */
  constructor(scope: IConstruct, problem: string, wayOut: string) {
    super(`${scope.node.path || "app"}: ${problem}; ${wayOut}`);
    this.name = "ConstructError";
  }
}
