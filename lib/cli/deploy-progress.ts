import { StackDocument } from "../document";
import { headOf } from "./plan-text";
import { ReportedStep } from "./plan-report";
import { withoutControls } from "./terminal";

/** What `terraform apply -json` prints, a line each, as far as it is read. */
interface Event {
  readonly type?: string;
  readonly hook?: { readonly resource?: { readonly addr: string }; readonly output?: string };
  readonly diagnostic?: {
    readonly severity: string;
    readonly summary: string;
    readonly detail?: string;
    readonly address?: string;
  };
  readonly outputs?: Readonly<Record<string, { readonly value?: unknown }>>;
}

/** Something that could not be deployed: what was said of it last. */
export interface DeployFailure {
  readonly lines: readonly string[];
  /** The name of the component, where it is one. */
  readonly component?: string;
}

/** What our scripts print, and what stands below a line of theirs; all else is of Terraform's connections. */
const OURS = /^(\[| {4}\S)/;

/** What a script says last where it cannot go on begins with such a line. */
const FAILED = /^\[[^\]]+\] .*\bfailed\b/;

/** The most lines of one failure. */
const MOST_LINES = 14;

/** What a deploy does, as Terraform tells it, in the steps of its plan. */
export class DeployProgress {
  /** Values of Terraform's outputs. */
  public readonly outputs: Record<string, unknown> = {};

  private readonly stepOf: ReadonlyMap<string, number>;
  private readonly begun = new Set<number>();
  private readonly said = new Map<string, string[]>();
  private readonly errors: NonNullable<Event["diagnostic"]>[] = [];

  constructor(
    private readonly steps: readonly ReportedStep[],
    private readonly document: StackDocument,
    private readonly isLong: () => string,
  ) {
    this.stepOf = new Map(
      steps.flatMap(({ parts }, index) =>
        parts
          .filter(({ effect }) => effect !== "noted")
          .flatMap(({ addresses }) => addresses.map((address): [string, number] => [address, index])),
      ),
    );
  }

  /** The step in which something has failed, or else that was begun last: `4 of 7: the cluster host1`. */
  public get current(): string {
    const [failed] = this.errors.flatMap(({ address = "" }) => this.stepOf.get(address) ?? []);
    const step = failed ?? Math.max(-1, ...this.begun);
    return step < 0 ? "" : this.headAt(step);
  }

  /** What is to be shown of a line that Terraform prints. */
  public take(line: string): string[] {
    const event = parse(line);
    const address = event.hook?.resource?.addr ?? "";
    if (event.type === "outputs") {
      Object.entries(event.outputs ?? {}).forEach(([name, { value }]) => (this.outputs[name] = value));
    }
    if (event.type === "diagnostic" && event.diagnostic?.severity === "error") {
      this.errors.push(event.diagnostic);
    }
    if (event.type === "apply_start" && this.isForeign(address)) {
      return this.beginStep(address);
    }
    const output = withoutControls(event.hook?.output ?? "");
    if (event.type !== "provision_progress" || !OURS.test(output)) {
      return [];
    }
    this.said.set(address, [...(this.said.get(address) ?? []), output]);
    return [...this.beginStep(address), `  ${this.isLong()}  ${output}`];
  }

  /** What could not be deployed. */
  public get failures(): DeployFailure[] {
    return this.errors.map((error) => {
      const { address = "" } = error;
      const component = this.document.components.find(({ resources }) => Object.values(resources).includes(address));
      return { lines: this.reasonsOf(error), ...(component && { component: component.name }) };
    });
  }

  /** What the host has said, or Terraform, where that had no word from there. */
  private reasonsOf({ summary, detail = "", address = "" }: NonNullable<Event["diagnostic"]>): string[] {
    const said = this.said.get(address) ?? [];
    const from = said.map((line) => FAILED.test(line)).lastIndexOf(true);
    if (from >= 0) {
      return said.slice(from, from + MOST_LINES);
    }
    const [reason = ""] = detail.split("\n").filter(Boolean);
    const ofTerraform = [address, summary, reason.slice(0, 200)].filter(Boolean).join(": ");
    return [...said.slice(-1), withoutControls(ofTerraform)];
  }

  /** What is no resource of ours says nothing by itself. */
  private isForeign(address: string): boolean {
    return !/^(null_resource|terraform_data)\./.test(address);
  }

  private beginStep(address: string): string[] {
    const step = this.stepOf.get(address);
    if (step === undefined || this.begun.has(step)) {
      return [];
    }
    this.begun.add(step);
    return ["", this.headAt(step)];
  }

  private headAt(index: number): string {
    return headOf({ ...this.steps[index]!, answering: undefined }, index, this.steps.length);
  }
}

function parse(line: string): Event {
  try {
    return line.startsWith("{") ? (JSON.parse(line) as Event) : {};
  } catch {
    return {};
  }
}
