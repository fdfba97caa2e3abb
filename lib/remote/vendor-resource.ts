import { TerraformProvider, TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { requireOwnFramework } from "../validation";
import { RemoteComponent } from "./remote-component";
import { standsBack } from "./stand-in-provider";
import { terraformAddress } from "./terraform-address";
import { terraformText, terraformTexts } from "./terraform-text";

/** A provider that is not among the packages of CDKTF, as Terraform names it. */
export interface VendorProviderKind {
  /** The local name, with which its resource types begin: `bigip`. */
  readonly name: string;

  /** Where registries keep it: `F5Networks/bigip`. */
  readonly source: string;

  /** Versions that do: `~> 1.28`. */
  readonly version: string;
}

/** What a {@link VendorProvider} is made from. */
export interface VendorProviderProps {
  readonly kind: VendorProviderKind;

  /** The arguments, as Terraform names them; text is literal. */
  readonly arguments: Record<string, unknown>;

  /**
   * The name by which resources choose it, where there are several.
   *
   * @default - none
   */
  readonly alias?: string;

  /** What tells the device that it configures from others: by how it is reached. */
  readonly device: string;

  /**
   * Whether it stands back where the author of the stack gives one.
   *
   * @default false
   */
  readonly isStandIn?: boolean;
}

/** A provider of a vendor's, typed by hand. */
export abstract class VendorProvider extends TerraformProvider {
  private readonly props: VendorProviderProps;

  constructor(scope: Construct, id: string, props: VendorProviderProps) {
    const { name, source, version } = props.kind;
    super(scope, id, {
      terraformResourceType: name,
      terraformGeneratorMetadata: { providerName: name, providerVersionConstraint: version },
      terraformProviderSource: source,
    });
    requireOwnFramework(this);
    this.props = props;
  }

  /** The same for providers that configure one device, in whatever stacks they are. */
  public get device(): string {
    return this.props.device;
  }

  /** The name by which resources choose it, where there are several. */
  public override get alias(): string | undefined {
    return this.props.alias;
  }

  public override toTerraform(): object {
    return this.props.isStandIn && standsBack(this) ? {} : (super.toTerraform() as object);
  }

  /** The arguments, as `cdk.tf.json` has them. */
  protected override synthesizeAttributes(): Record<string, unknown> {
    return terraformTexts(this.props.arguments) as Record<string, unknown>;
  }
}

/** What a {@link VendorResource} is made from. */
export interface VendorResourceProps {
  /** The type: `bigip_as3`. */
  readonly type: string;

  /**
   * The provider that has the type.
   *
   * @default - the one of the stack, by the beginning of the type's name
   */
  readonly provider?: TerraformProvider;

  /** The arguments, as Terraform names them; text is literal. Asked for at synth. */
  readonly arguments: () => Record<string, unknown>;

  /**
   * What must be as declared before; asked for at synth.
   *
   * @default - nothing
   */
  readonly after?: () => readonly (RemoteComponent | TerraformResource)[];

  /**
   * What a change of which makes it another one: it is destroyed first, and then created. For providers that do not
   * notice by themselves.
   *
   * @default - nothing but what the provider says
   */
  readonly identity?: string;
}

/** A resource of a vendor's provider, rendered at synth, when all is known. */
export class VendorResource extends TerraformResource {
  private readonly props: VendorResourceProps;

  constructor(scope: Construct, id: string, props: VendorResourceProps) {
    super(scope, id, { terraformResourceType: props.type, provider: props.provider });
    requireOwnFramework(this);
    this.props = props;
    if (props.identity !== undefined) {
      const identity = new TerraformResource(scope, `${id}-identity`, { terraformResourceType: "terraform_data" });
      identity.addOverride("input", terraformText(props.identity));
      this.lifecycle = { replaceTriggeredBy: [terraformAddress(identity)] };
    }
  }

  public override toTerraform(): object {
    const after = this.props.after?.() ?? [];
    this.dependsOn = after.map((one) => ("desiredState" in one ? one.desiredState : one)).map(terraformAddress);
    return super.toTerraform() as object;
  }

  /** The arguments, as `cdk.tf.json` has them. */
  protected override synthesizeAttributes(): Record<string, unknown> {
    return terraformTexts(this.props.arguments()) as Record<string, unknown>;
  }
}
