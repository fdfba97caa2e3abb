import { spawnSync } from "node:child_process";

/** A reference to an attribute of a resource or a data source: `${aws_eip.host1.public_ip}`. */
const REFERENCE =
  /^\$\{(?<address>(?:data\.)?[\w-]+\.[\w-]+(?:\[(?:\d+|"[^"\]]*")\])?)\.(?<path>[\w-]+(?:\.[\w-]+|\[\d+\]|\["[^"\]]+"\])*)\}$/;

/** Terraform's program, or OpenTofu's, by the variable by which the framework's own program finds it too. */
export function terraformProgram(): string {
  return process.env.TERRAFORM_BINARY_NAME ?? "terraform";
}

interface StateModule {
  readonly resources?: readonly { readonly address: string; readonly values?: unknown }[];
}

/** What Terraform knows of what it has made: its state, as `terraform show -json` prints it. */
export class TerraformState {
  private resources?: ReadonlyMap<string, unknown>;

  /** @param folder the stack's, where Terraform runs */
  constructor(private readonly folder: string) {}

  /**
   * The value of an expression; nothing where it is more than a reference to what a resource or a data source is, or not in the state.
   *
   * @throws Error when Terraform does not show its state
   */
  public find(expression: string): string | undefined {
    const { address, path } = REFERENCE.exec(expression)?.groups ?? {};
    if (address === undefined || path === undefined) {
      return undefined;
    }
    this.resources ??= this.show();
    const keys = path.match(/[^.[\]"]+/g) ?? [];
    const value = keys.reduce(
      (whole: unknown, key) => (whole as Record<string, unknown> | null | undefined)?.[key],
      this.resources.get(address),
    );
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
  }

  private show(): ReadonlyMap<string, unknown> {
    const program = terraformProgram();
    const { status, stdout, stderr, error } = spawnSync(program, ["show", "-json", "-no-color"], {
      cwd: this.folder,
      encoding: "utf8",
      maxBuffer: 2 ** 30,
    });
    if (error || status !== 0) {
      const said = (stderr ?? "").split("\n").filter((line) => line.trim() !== "");
      const reason = error?.message ?? said.find((line) => line.includes("Error:")) ?? said.at(-1) ?? "";
      throw new Error(
        `'${program} show -json' in '${this.folder}' does not say what Terraform knows: ${reason.trim()}`,
      );
    }
    const { values } = JSON.parse(stdout) as { values?: { root_module?: StateModule } };
    return new Map(
      (values?.root_module?.resources ?? []).map(({ address, values: attributes }) => [address, attributes]),
    );
  }
}
