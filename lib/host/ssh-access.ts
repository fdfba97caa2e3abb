import { SSHProvisionerConnection, TerraformVariable, Token } from "cdktf";
import { IConstruct } from "constructs";
import { makeEphemeral, pinWithBastion, RemoteAccess, SCRIPT_PATH, secretValue } from "../remote";
import {
  ConstructError,
  KIND,
  requireAddress,
  requireAll,
  requireLine,
  requireOpaque,
  requirePort,
} from "../validation";
import { requirePrivateKey } from "./private-key";

/** Where the private key of an SSH login comes from. */
export class SshKey {
  /** The SSH agent of whoever runs Terraform (`SSH_AUTH_SOCK`). */
  public static agent(): SshKey {
    return new SshKey();
  }

  /**
   * A private key file on the machine that runs Terraform, named by its absolute path, without a passphrase; its content is never
   * stored.
   */
  public static file(path: string): SshKey {
    return new SshKey(path);
  }

  /**
   * The private key itself, given to Terraform as an ephemeral variable. A destroy-time provisioner may not read
   * variables, so nothing can be removed from the host with such a key.
   *
   * @throws ConstructError when the variable has a default
   */
  public static fromVariable(variable: TerraformVariable): SshKey {
    makeEphemeral(variable);
    return new SshKey(undefined, variable);
  }

  private constructor(
    /** @internal */ readonly _file?: string,
    /** @internal */ readonly _variable?: TerraformVariable,
  ) {}

  /** @hidden */
  protected get [KIND](): "SshKey" {
    return "SshKey";
  }
}

/** A host through which others are reached. */
export interface SshBastionProps {
  /** Its address. */
  readonly address: string;

  /** Its public host key, pinned like that of the host. */
  readonly hostKey: string;

  /**
   * The login user.
   *
   * @default - the user on the host behind it
   */
  readonly user?: string;

  /**
   * The port of its SSH server.
   *
   * @default 22
   */
  readonly port?: number;
}

/** How a host is reached by SSH. */
export interface SshAccessProps {
  /** The login user: `root`, or one that may run `sudo` without a password. */
  readonly user: string;

  /**
   * The public host key, pinned: `ecdsa-sha2-nistp256 AAAA…`, as `ssh-keyscan -t ecdsa` prints it behind the name. Where a host has
   * several, Terraform asks for ECDSA first, then RSA, then Ed25519, and must find this one. Without it whoever answers at the address would be sent the secrets of the installation.
   */
  readonly hostKey: string;

  /**
   * Where the private key comes from; a bastion takes the same one.
   *
   * @default SshKey.agent()
   */
  readonly key?: SshKey;

  /**
   * Where the SSH server is reached, if not at the host's own address: in a management network, for example. Other machines
   * never use it.
   *
   * @default - the address of the host
   */
  readonly address?: string;

  /**
   * The port of the SSH server.
   *
   * @default 22
   */
  readonly port?: number;

  /**
   * A host through which this one is reached.
   *
   * @default - the host is reached directly
   */
  readonly bastion?: SshBastionProps;

  /**
   * Whether commands that need root are run by `sudo`.
   *
   * @default - true, unless the user is `root`
   */
  readonly sudo?: boolean;
}

const HOST_KEY = /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+=*( [^$%\r\n]*)?$/;

/** Also `DOMAIN\\user` and `user@domain`, and nothing that Terraform would take for an expression. */
const USER = /^[^\s"'`${}%]+\$?$/;

/** How a host is reached by SSH, checked. */
export class SshAccess implements RemoteAccess {
  public readonly user: string;
  public readonly sudo: boolean;
  public readonly hostKey: string;
  private readonly address?: string;
  private readonly fixed: Partial<SSHProvisionerConnection>;
  private readonly key: SshKey;

  /**
   * @throws ConstructError when user, port, address or host key cannot be what they claim to be, or Terraform could not log in
   * with the key file
   */
  constructor(scope: IConstruct, props: SshAccessProps) {
    const key = requireOpaque(scope, "'key'", SshKey, props.key ?? SshKey.agent());
    const { user, hostKey, address, port, ...further } = requireAll({
      user: () => requireUser(scope, "the SSH user", props.user),
      hostKey: () => requireHostKey(scope, props.hostKey),
      address: () =>
        props.address === undefined ? undefined : requireAddress(scope, "address for SSH", props.address),
      port: () => requirePort(scope, "the SSH port", props.port ?? 22),
      keyArguments: () => keyArguments(scope, key),
      bastion: () => props.bastion && bastionArguments(scope, props.bastion),
    });
    this.key = key;
    this.user = user;
    this.sudo = props.sudo ?? user !== "root";
    this.hostKey = hostKey;
    this.address = address;
    this.fixed = { port, ...further.keyArguments, ...further.bastion };
  }

  public connection(hostAddress: string): SSHProvisionerConnection {
    const address = this.address ?? hostAddress;
    const { port = 22, bastionHost, bastionHostKey, bastionPort = 22 } = this.fixed;
    return {
      type: "ssh",
      host: address,
      user: this.user,
      // A machine that Terraform has made boots first, and learns who may log in.
      timeout: Token.isUnresolved(hostAddress) ? "2m" : "1m",
      scriptPath: SCRIPT_PATH,
      ...this.fixed,
      hostKey:
        bastionHost === undefined || bastionHostKey === undefined
          ? this.hostKey
          : pinWithBastion(
              { address, port, hostKey: this.hostKey },
              { address: bastionHost, port: bastionPort, hostKey: bastionHostKey },
            ),
    };
  }

  public get keyFile(): string | undefined {
    return this.key._file;
  }

  public get obstacleToRemoval(): string {
    return this.key._variable ? "its SSH key comes from a variable" : "";
  }
}

function keyArguments(scope: IConstruct, key: SshKey): Partial<SSHProvisionerConnection> {
  const { _file: file, _variable: variable } = key;
  if (variable) {
    return { agent: "false", privateKey: secretValue(scope, variable) };
  }
  return file === undefined
    ? { agent: "true" }
    : { agent: "false", privateKey: `\${file("${requirePrivateKey(scope, file)}")}` };
}

/** A file of a key ends with a line break. */
function requireHostKey(scope: IConstruct, hostKey: string): string {
  const line = String(hostKey).trim();
  if (!HOST_KEY.test(line)) {
    throw new ConstructError(
      scope,
      `'${hostKey}' is no SSH host key`,
      "give one of the host's keys, on one line, as 'ecdsa-sha2-nistp256 AAAA…', the way 'ssh-keyscan -t ecdsa HOST' prints it behind " +
        "the name",
    );
  }
  return line;
}

function requireUser(scope: IConstruct, what: string, user: string): string {
  if (!Token.isUnresolved(requireLine(scope, what, user)) && !USER.test(user)) {
    throw new ConstructError(scope, `${what} is '${user}'`, "give the name by which one logs in, without spaces");
  }
  return user;
}

function bastionArguments(scope: IConstruct, bastion: SshBastionProps): Partial<SSHProvisionerConnection> {
  const { user } = bastion;
  const { bastionUser, ...others } = requireAll({
    bastionHost: () => requireAddress(scope, "bastion address", bastion.address),
    bastionHostKey: () => requireHostKey(scope, bastion.hostKey),
    bastionPort: () => requirePort(scope, "the bastion's SSH port", bastion.port ?? 22),
    bastionUser: () => (user === undefined ? undefined : requireUser(scope, "the bastion's user", user)),
  });
  return bastionUser === undefined ? others : { ...others, bastionUser };
}
