import { TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { CarrierResource } from "./carrier";
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
    this.resource = new CarrierResource(this, "Resource", () => ({
      triggers: Object.fromEntries(
        contents.map(({ componentName, desiredState }) => [componentName, `\${${terraformAddress(desiredState)}.id}`]),
      ),
      provisioners: ["ask", "decide"].flatMap((step) =>
        contents
          .filter(({ host }) => !host.isLost)
          .map(({ host, componentName, desiredState }) => ({
            ...runScript(host, "parity.sh", componentName, step, terraformAddress(desiredState)),
            connection: host.access.connection(host.address),
          })),
      ),
      dependsOn: contents.map(({ desiredState }) => desiredState),
    }));
  }
}
