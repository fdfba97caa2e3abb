import { Annotations, SSHProvisionerConnection, TerraformResource, Token } from "cdktf";
import { Construct } from "constructs";
import { Carrier, CarrierResource, ownInput } from "./carrier";
import { PreflightBarrier } from "./preflight-barrier";
import { runScriptOnDestroy } from "./provisioners";
import { IRemoteHost } from "./remote-host";

/** What a {@link Lifetime} stands for. */
export interface LifetimeProps {
  readonly host: IRemoteHost;
  readonly kind: string;
  readonly name: string;
  /** The lifetimes that must not end before this one; asked for at synth. */
  readonly dependsOn: () => TerraformResource[];
}

/**
 * Stands for the presence of something on a host. It knows identity only, so that neither a change of the desired state nor one of how the
 * host is reached replaces it: a replacement would run its destroy-time provisioner, which removes.
 */
export class Lifetime extends Construct {
  public readonly resource: TerraformResource;

  private readonly isRemovable: boolean;

  constructor(scope: Construct, id: string, props: LifetimeProps) {
    super(scope, id);
    const { host, kind, name } = props;
    const obstacle = host.access.obstacleToRemoval;
    const removable = (this.isRemovable = obstacle === "" && !host.isLost);
    if (obstacle !== "" && kind === "host") {
      Annotations.of(host).addWarning(
        `${host.node.path}: nothing can be removed from this host by a destroy: ` +
          `${obstacle}; use an SSH agent or a key file by path`,
      );
    }
    this.resource = new CarrierResource(
      this,
      "Resource",
      () => ({
        triggers: { component: `${kind}/${name}` },
        ...(removable ? ownConnection(host.access.connection(host.address)) : {}),
        provisioners: removable ? [runScriptOnDestroy(host, "remove.sh", kind, name)] : [],
        dependsOn: [PreflightBarrier.of(this).resource, ...props.dependsOn()],
      }),
      // Whatever carries desired states: of a `null_resource` nothing can change in place.
      Carrier.TERRAFORM_DATA,
    );
  }

  /** How the host is reached, for whoever reads the state: what only Terraform knows is what the resource remembers, if it does. */
  public recall(connection: SSHProvisionerConnection): SSHProvisionerConnection {
    const known = ([property]: [string, unknown]): [string, string] => [
      property,
      this.resource.getStringAttribute(`input.${inputKey(property)}`),
    ];
    return this.isRemovable ? { ...connection, ...Object.fromEntries(unknownIn(connection).map(known)) } : connection;
  }
}

/** What of a connection only Terraform knows. */
function unknownIn(connection: SSHProvisionerConnection): [string, unknown][] {
  return Object.entries(connection).filter(([, value]) => Token.isUnresolved(value));
}

/**
 * How the host is reached when the resource is destroyed: as the program says at that time. What only Terraform knows, the
 * resource remembers from the last apply, since its provisioner may refer to nothing but itself.
 */
function ownConnection(connection: SSHProvisionerConnection): {
  connection: SSHProvisionerConnection;
  input?: Record<string, string>;
} {
  const remembered = unknownIn(connection).map(([property, value]) => ({
    property,
    value: String(value),
    key: inputKey(property),
  }));
  const input = Object.fromEntries(remembered.map(({ key, value }) => [key, value]));
  const references = Object.fromEntries(remembered.map(({ property, key }) => [property, ownInput(key)]));
  return {
    connection: { ...connection, ...references, timeout: "20s" },
    ...(remembered.length > 0 && { input }),
  };
}

/** `bastion_host` for `bastionHost`: in a reference cdktf would write it so. */
function inputKey(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
