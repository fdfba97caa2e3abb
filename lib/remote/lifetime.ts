import { Annotations, TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { Carrier, CarrierResource } from "./carrier";
import { PreflightBarrier } from "./preflight-barrier";
import { runScriptOnDestroy } from "./provisioners";
import type { RemoteHost } from "./remote-host";

/** What a {@link Lifetime} stands for. */
export interface LifetimeProps {
  readonly host: RemoteHost;
  readonly kind: string;
  readonly name: string;
  /** The lifetimes that must not end before this one; asked for at synth. */
  readonly dependsOn: () => TerraformResource[];
}

/**
 * Stands for the presence of something on a host. It knows identity only, so that no change of content replaces it:
 * a replacement would run its destroy-time provisioner, which removes.
 */
export class Lifetime extends Construct {
  public readonly resource: TerraformResource;

  constructor(scope: Construct, id: string, props: LifetimeProps) {
    super(scope, id);
    const { host, kind, name } = props;
    const obstacle = host.access.obstacleToRemoval;
    const removable = obstacle === "" && !host.isLost;
    if (obstacle !== "" && kind === "host") {
      Annotations.of(host).addWarning(
        `${host.node.path}: nothing can be removed from this host by 'terraform destroy': ` +
          `${obstacle}; use an SSH agent or a key file by path`,
      );
    }
    this.resource = new CarrierResource(this, "Resource", () => ({
      triggers: { address: host.address, component: `${kind}/${name}` },
      connection: removable
        ? { ...host.access.connection(Carrier.of(this).ownTrigger("address")), timeout: "20s" }
        : undefined,
      provisioners: removable ? [runScriptOnDestroy(host, "remove.sh", kind, name)] : [],
      dependsOn: [PreflightBarrier.of(this).resource, ...props.dependsOn()],
    }));
  }
}
