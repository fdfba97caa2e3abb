import { TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { makeEphemeral, VendorProvider, VendorProviderKind, secretValue } from "../remote";

/** How Terraform reaches a Citrix ADC. */
export interface CitrixAdcProviderProps {
  /**
   * The URL of the device's NITRO API, for example `https://adc.example.com`.
   *
   * @default - the environment variable NS_URL
   */
  readonly endpoint?: string;

  /**
   * Who configures the device. The variable is made ephemeral and sensitive.
   *
   * @default - the environment variable NS_LOGIN
   */
  readonly username?: TerraformVariable;

  /**
   * The password of that user. The variable is made ephemeral and sensitive.
   *
   * @default - the environment variable NS_PASSWORD
   */
  readonly password?: TerraformVariable;

  /**
   * Whether the device has to have a certificate that this machine trusts. Without, whoever is between can read the
   * password.
   *
   * @default true
   */
  readonly verifyCertificate?: boolean;

  /**
   * The admin partition to configure.
   *
   * @default - the environment variable NS_PARTITION, or the default partition
   */
  readonly partition?: string;

  /**
   * The name by which resources choose it, where a stack has several devices.
   *
   * @default - none
   */
  readonly alias?: string;
}

/** Arguments are those of 2.2. */
export const CITRIX_ADC: VendorProviderKind = { name: "citrixadc", source: "citrix/citrixadc", version: "~> 2.2" };

/**
 * Citrix' Terraform provider. Credentials come from environment variables or ephemeral variables of Terraform, and are in
 * neither state nor plan.
 */
export class CitrixAdcProvider extends VendorProvider {
  /** @throws ConstructError when a variable has a default, or is in another stack */
  constructor(scope: Construct, id: string, props: CitrixAdcProviderProps = {}, isStandIn = false) {
    const { endpoint, username, password, verifyCertificate = true, partition, alias } = props;
    [username, password].forEach((variable) => variable && makeEphemeral(variable));
    super(scope, id, {
      kind: CITRIX_ADC,
      alias,
      isStandIn,
      device: ["Citrix ADC", endpoint ?? "of the environment", partition].join(" "),
      arguments: {
        endpoint,
        username: username && secretValue(scope, username),
        password: password && secretValue(scope, password),
        insecure_skip_verify: !verifyCertificate,
        partition,
        // Partitions are only reached in a session.
        do_login: partition === undefined ? undefined : true,
      },
    });
  }
}
