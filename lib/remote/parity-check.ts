import { TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { FollowUp } from "./follow-up";
import { runScript } from "./provisioners";
import { RemoteComponent } from "./remote-component";
import { terraformAddress } from "./terraform-address";

/**
 * Asks clusters what they run, when all of them were brought to the same content and whenever one of them was: also
 * those that nothing was done to. All of them show what differs before one fails.
 */
export class ParityCheck extends Construct {
  /** Is replaced, and asks, whenever one of the contents is. */
  public readonly resource: TerraformResource;

  constructor(scope: Construct, id: string, contents: readonly RemoteComponent[]) {
    super(scope, id);
    this.resource = new FollowUp(this, "Resource", () => ({
      components: contents,
      steps: ["ask", "decide"].flatMap((step) =>
        contents.map((component) => {
          const { host, componentName, desiredState } = component;
          const address = terraformAddress(desiredState);
          return { component, provisioners: [runScript(host, "parity.sh", componentName, step, address)] };
        }),
      ),
    }));
  }
}
