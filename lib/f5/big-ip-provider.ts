import { TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { makeEphemeral, VendorProvider, VendorProviderKind, secretValue } from "../remote";

/** How Terraform reaches a BIG-IP. */
export interface BigIpProviderProps {
  /**
   * The management address of the device: IP address, DNS name or URL.
   *
   * @default - the environment variable BIGIP_HOST
   */
  readonly address?: string;

  /**
   * The port of the management address.
   *
   * @default - the environment variable BIGIP_PORT, or 443
   */
  readonly port?: number;

  /**
   * Who configures the device. The variable is made ephemeral and sensitive.
   *
   * @default - the environment variable BIGIP_USER
   */
  readonly username?: TerraformVariable;

  /**
   * The password of that user. The variable is made ephemeral and sensitive.
   *
   * @default - the environment variable BIGIP_PASSWORD
   */
  readonly password?: TerraformVariable;

  /**
   * Whether the device's own certificate is compared with the trusted one. Without, whoever is between can read the
   * password.
   *
   * @default true
   */
  readonly verifyCertificate?: boolean;

  /**
   * A file with the certificate that the device's own is compared with.
   *
   * @default - the environment variable BIGIP_TRUSTED_CERT_PATH
   */
  readonly trustedCertificateFile?: string;

  /**
   * Whether the provider tells F5 of its use.
   *
   * @default false
   */
  readonly telemetry?: boolean;

  /**
   * The name by which resources choose it, where a stack has several devices.
   *
   * @default - none
   */
  readonly alias?: string;
}

/** Of 1.28.0 it is known that plans stay empty. */
export const BIG_IP: VendorProviderKind = { name: "bigip", source: "F5Networks/bigip", version: "~> 1.28" };

/**
 * F5's Terraform provider. Credentials come from environment variables or ephemeral variables of Terraform, and are in
 * neither state nor plan.
 */
export class BigIpProvider extends VendorProvider {
  /** @throws ConstructError when a variable has a default, or is in another stack */
  constructor(scope: Construct, id: string, props: BigIpProviderProps = {}, isStandIn = false) {
    const { address, port, username, password, verifyCertificate = true, trustedCertificateFile, alias } = props;
    [username, password].forEach((variable) => variable && makeEphemeral(variable));
    super(scope, id, {
      kind: BIG_IP,
      alias,
      isStandIn,
      device: `BIG-IP ${address ?? "of the environment"}`,
      arguments: {
        address,
        port: port?.toString(),
        username: username && secretValue(scope, username),
        password: password && secretValue(scope, password),
        validate_certs_disable: !verifyCertificate,
        trusted_cert_path: trustedCertificateFile,
        teem_disable: !props.telemetry,
      },
    });
  }
}
