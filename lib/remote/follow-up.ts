import { FileProvisioner, RemoteExecProvisioner, TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { Carried, CarrierResource } from "./carrier";
import { overOwnConnection } from "./provisioners";
import { RemoteComponent } from "./remote-component";
import { terraformAddress } from "./terraform-address";

/** What is done on the host of a component. */
export interface HostStep {
  readonly component: RemoteComponent;
  readonly provisioners: readonly (FileProvisioner | RemoteExecProvisioner)[];
}

/** What follows on components, and what it waits for besides them. */
export interface Following {
  /** What it follows on. */
  readonly components: readonly RemoteComponent[];
  /** One after the other. None is taken on a host that is lost. */
  readonly steps: readonly HostStep[];
  /**
   * What else must be as declared before.
   *
   * @default - nothing
   */
  readonly after?: readonly TerraformResource[];
}

/**
 * Steps on the hosts of components when these are as declared: a resource of its own, which is replaced, and takes them, whenever the state
 * of one of these was brought to its host.
 */
export class FollowUp extends CarrierResource {
  /** @param produce asked at synth; gives nothing where nothing is to follow */
  constructor(scope: Construct, id: string, produce: () => Following | undefined) {
    super(scope, id, () => {
      const following = produce();
      return following && carried(following);
    });
  }
}

function carried({ components, steps, after = [] }: Following): Carried {
  const states = components.map(({ desiredState }) => desiredState);
  return {
    triggers: Object.fromEntries(
      components.map(({ componentName, desiredState }) => [componentName, `\${${terraformAddress(desiredState)}.id}`]),
    ),
    provisioners: steps
      .filter(({ component }) => !component.host.isLost)
      .flatMap(({ component, provisioners }) => provisioners.map((one) => overOwnConnection(component.host, one))),
    dependsOn: [...states, ...after],
  };
}
