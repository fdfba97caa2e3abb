import { TerraformResource } from "cdktf";
import { Construct, IConstruct } from "constructs";
import { ConstructError, KIND } from "../validation";
import { NullProvider } from "../framework";
import { standInProvider, standsBack } from "./stand-in-provider";
import { terraformAddress } from "./terraform-address";

/** The key of the CDKTF context that chooses the carrier, for example in `cdktf.json`. */
export const CARRIER_CONTEXT = "cdktf-zato:carrier";

/**
 * The Terraform resource type that carries desired state to a host: a resource without substance of its own, which is
 * replaced when its triggers change and whose provisioners do the work.
 */
export class Carrier {
  /** `null_resource` of the provider hashicorp/null: the default. */
  public static readonly NULL_RESOURCE = new Carrier("null_resource", "triggers");

  /** `terraform_data`, built into Terraform ≥ 1.4: for sites that reach no provider registry. */
  public static readonly TERRAFORM_DATA = new Carrier("terraform_data", "triggers_replace");

  /**
   * The carrier in use at a place of the construct tree, from the context key `cdktf-zato:carrier`.
   *
   * @throws ConstructError when the context names another type than `null_resource` or `terraform_data`
   */
  public static of(scope: IConstruct): Carrier {
    const name: unknown = scope.node.tryGetContext(CARRIER_CONTEXT) ?? Carrier.NULL_RESOURCE.resourceType;
    const carrier = [Carrier.NULL_RESOURCE, Carrier.TERRAFORM_DATA].find((c) => c.resourceType === name);
    if (!carrier) {
      throw new ConstructError(
        scope,
        `the context '${CARRIER_CONTEXT}' is '${String(name)}'`,
        "set it to 'null_resource' or 'terraform_data'",
      );
    }
    return carrier;
  }

  private constructor(
    /** Terraform's name of the type. */
    public readonly resourceType: string,
    /** The argument whose change replaces the resource. */
    public readonly triggersArgument: string,
  ) {}

  /** @hidden */
  protected get [KIND](): "Carrier" {
    return "Carrier";
  }

  /** Adds the provider that the type needs, unless the stack has one. */
  public addProvider(scope: Construct): void {
    if (this === Carrier.NULL_RESOURCE) {
      standInProvider(scope, "null", (stack, id) => new DefaultNullProvider(stack, id));
    }
  }
}

/** The null provider of a stack whose author gave none. */
class DefaultNullProvider extends NullProvider {
  public override toTerraform(): object {
    return standsBack(this) ? {} : (super.toTerraform() as object);
  }
}

/** What a {@link CarrierResource} renders; asked for at synth, when all children are known. */
export interface Carried {
  readonly triggers: Record<string, string>;
  readonly provisioners: TerraformResource["provisioners"];
  /** @default - none */
  readonly connection?: TerraformResource["connection"];
  readonly dependsOn: TerraformResource[];
  /**
   * Whether it stays as it is, whatever its triggers say.
   *
   * @default false
   */
  readonly ignoresChanges?: boolean;
  /**
   * What a destroy-time provisioner, which may only read its own resource, reads by {@link ownInput}. A change replaces nothing;
   * only `terraform_data` has it.
   *
   * @default - none
   */
  readonly input?: Record<string, string>;
  /**
   * A text that provisioners of this and other resources refer to by {@link textOf}; Terraform reads it once, however many do.
   *
   * @default - none
   */
  readonly text?: string;
}

/** Refers to the text of a resource of the same stack. */
export function textOf(resource: TerraformResource): string {
  return `\${local.${resource.friendlyUniqueId}}`;
}

/** Refers to an input of the resource itself, for its destroy-time provisioner. */
export function ownInput(key: string): string {
  return `\${self.input.${key}}`;
}

/** One resource of the carrier's type, rendered at synth. */
export class CarrierResource extends TerraformResource {
  constructor(
    scope: Construct,
    id: string,
    /** Gives nothing where there is to be no such resource. */
    private readonly produce: () => Carried | undefined,
    private readonly carrier: Carrier = Carrier.of(scope),
  ) {
    super(scope, id, {
      terraformResourceType: carrier.resourceType,
      terraformGeneratorMetadata:
        carrier === Carrier.NULL_RESOURCE ? { providerName: "null", providerVersionConstraint: "~> 3.0" } : undefined,
    });
    carrier.addProvider(this);
  }

  /** What a change of which replaces it; only to be asked for at synth. */
  public get triggers(): Readonly<Record<string, string>> {
    return this.produce()?.triggers ?? {};
  }

  /** Whether there is such a resource; only to be asked for at synth. */
  public get isRendered(): boolean {
    return this.produce() !== undefined;
  }

  public override toTerraform(): object {
    const carried = this.produce();
    if (!carried) {
      return {};
    }
    this.requireOwnStack(carried.dependsOn);
    // An empty list would be a block without a type to Terraform.
    this.provisioners = carried.provisioners?.length ? carried.provisioners : undefined;
    this.connection = carried.connection;
    // By hand: cdktf's dependable() makes a token with a stack trace for each, a third of the time of a big synth.
    this.dependsOn = carried.dependsOn.map(terraformAddress);
    this.attributes = {
      [this.carrier.triggersArgument]: carried.triggers,
      ...(carried.input && { input: carried.input }),
    };
    if (carried.ignoresChanges) {
      this.lifecycle = { ignoreChanges: "all" };
    }
    const locals = carried.text === undefined ? {} : { locals: { [this.friendlyUniqueId]: carried.text } };
    return { ...(super.toTerraform() as object), ...locals };
  }

  private requireOwnStack(others: TerraformResource[]): void {
    const other = others.find(({ cdktfStack }) => cdktfStack !== this.cdktfStack);
    if (other) {
      throw new ConstructError(
        this,
        `it comes after ${other.node.path}, of which Terraform knows nothing in this stack`,
        "declare hosts, clusters, their deployment and its load balancer in one stack",
      );
    }
  }

  private attributes: Record<string, unknown> = {};

  protected override synthesizeAttributes(): Record<string, unknown> {
    return this.attributes;
  }
}
