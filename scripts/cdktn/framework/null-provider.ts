import { TerraformProvider } from "cdktn";
import { Construct } from "constructs";

/** The provider hashicorp/null, of which no package of CDKTN's exists: it has nothing to configure. */
export class NullProvider extends TerraformProvider {
  public static readonly tfResourceType = "null";

  constructor(scope: Construct, id: string) {
    super(scope, id, {
      terraformResourceType: NullProvider.tfResourceType,
      terraformGeneratorMetadata: {
        providerName: "null",
        providerVersion: "3.2.4",
        providerVersionConstraint: "~> 3.0",
      },
      terraformProviderSource: "null",
    });
  }
}
