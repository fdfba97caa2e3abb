import { showAsJson } from "./terraform-program";

/** A reference to an attribute of a resource or a data source: `${aws_eip.host1.public_ip}`. */
const REFERENCE =
  /^\$\{(?<address>(?:data\.)?[\w-]+\.[\w-]+(?:\[(?:\d+|"[^"\]]*")\])?)\.(?<path>[\w-]+(?:\.[\w-]+|\[\d+\]|\["[^"\]]+"\])*)\}$/;

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
    const shown = showAsJson(this.folder, [], "does not say what Terraform knows");
    const { values } = JSON.parse(shown) as { values?: { root_module?: StateModule } };
    return new Map(
      (values?.root_module?.resources ?? []).map(({ address, values: attributes }) => [address, attributes]),
    );
  }
}
