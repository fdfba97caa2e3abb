import { IConstruct } from "constructs";

/** A value in quotes that was copied from an example, and never filled in: `'sha256:…'`, `'<address>'`, `'TODO'`. */
const PLACEHOLDER = /'[^']*(…|\.{3}|<[^'<>]+>|\bTODO\b)[^']*'|"[^"]*(…|\.{3}|<[^"<>]+>|\bTODO\b)[^"]*"/;

/**
 * What a wrong input gets at synth: where it stands in the construct tree, what is wrong with which value, and
 * the way out.
 */
export class ConstructError extends Error {
  /**
   * @param scope the construct whose input is wrong
   * @param problem what is wrong, with the offending value in quotes; where that is a placeholder, the message says so
   * @param wayOut what to write instead
   */
  constructor(scope: IConstruct, problem: string, wayOut: string) {
    const said = PLACEHOLDER.test(problem) ? `${problem}: this is a placeholder` : problem;
    super(`${scope.node.path || "app"}: ${said}; ${wayOut}`);
    this.name = "ConstructError";
  }
}
