import { IConstruct } from "constructs";

/** What stands in a value that was copied from an example, and never filled in: `sha256:…`, `<address>`, `TODO`, `YOUR_ADDRESS`. */
const UNFILLED = /…|\.{3}|<[^<>]+>|\b(TODO|FIXME|CHANGE_?ME)\b|\bYOUR[_-]/;

const QUOTED = /'([^']*)'|"([^"]*)"/g;

/**
 * What a wrong input gets at synth: where it stands in the construct tree, what is wrong with which value, and
 * the way out. Of several wrong inputs that stand in one place it tells at once, a line each.
 */
export class ConstructError extends Error {
  /** The message without the path: what is wrong, and the way out. */
  public readonly finding: string;

  /**
   * @param scope the construct whose input is wrong
   * @param problem what is wrong, with the offending value in quotes; where that is a placeholder, the message says so
   * @param wayOut what to write instead
   * @param findings what is found, where that is more than one thing: it takes the place of problem and way out
   */
  constructor(
    public readonly scope: IConstruct,
    problem: string,
    wayOut: string,
    public readonly findings: readonly string[] = [findingOf(problem, wayOut)],
  ) {
    const finding = findings.length === 1 ? findings[0]! : findings.map((one) => `\n- ${one}`).join("");
    super(`${scope.node.path || "app"}:${findings.length === 1 ? " " : ""}${finding}`);
    this.name = "ConstructError";
    this.finding = finding;
    // Whoever shows an error with its properties, as Node does, would show all of the construct tree, and what the message says already.
    Object.defineProperty(this, "scope", { enumerable: false });
    Object.defineProperty(this, "findings", { enumerable: false });
  }
}

/** By name: the class may be that of another entry point's copy. */
export function isConstructError(error: unknown): error is ConstructError {
  return (error as Error).name === "ConstructError";
}

function findingOf(problem: string, wayOut: string): string {
  const isUnfilled = [...problem.matchAll(QUOTED)].some(([, one, other]) => UNFILLED.test(one ?? other!));
  const said = isUnfilled ? `${problem}: this is a placeholder` : problem;
  return `${said}; ${wayOut}`;
}
