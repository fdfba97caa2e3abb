import { SSHProvisionerConnection } from "cdktf";

/** How Terraform reaches a host: what the remote layer needs to know of SSH. */
export interface RemoteAccess {
  /** The login user. */
  readonly user: string;

  /** True when commands that need root are run by `sudo -n`. */
  readonly sudo: boolean;

  /** The host's public key, which no other machine can show. */
  readonly hostKey: string;

  /**
   * The file with the private key.
   *
   * @default - the key is in no file
   */
  readonly keyFile?: string;

  /**
   * The connection of provisioners that run when something is created or changed.
   *
   * @param address where the host is reached unless it is by another one that is for SSH alone
   */
  connection(address: string): SSHProvisionerConnection;

  /**
   * Why a destroy-time provisioner, which may refer to nothing but its own resource, could not open this connection.
   * Empty where it can.
   */
  readonly obstacleToRemoval: string;
}
