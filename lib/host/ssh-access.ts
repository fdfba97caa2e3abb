import { SSHProvisionerConnection, TerraformVariable, Token } from "cdktf";
import { IConstruct } from "constructs";
import { makeEphemeral, RemoteAccess, SCRIPT_PATH } from "../remote";
import { ConstructError, isFile, requireAddress, requireLine, requirePort } from "../validation";

/** Where the private key of an SSH login comes from. */
export class SshKey {
  /** The SSH agent of whoever runs Terraform (`SSH_AUTH_SOCK`). */
  public static agent(): SshKey {
    return new SshKey("agent", "");
  }

  /** A private key file on the machine that runs Terraform, named by its absolute path; its content is never stored. */
  public static file(path: string): SshKey {
    return new SshKey("file", path);
  }

  /**
   * The private key itself, given to Terraform as an ephemeral variable. A destroy-time provisioner may not read
   * variables, so nothing can be removed from the host with such a key.
   *
   * @throws ConstructError when the variable has a default
   */
  public static fromVariable(variable: TerraformVariable): SshKey {
    makeEphemeral(variable);
    return new SshKey("variable", variable.stringValue);
  }

  private constructor(
    /** @internal */ readonly _source: "agent" | "file" | "variable",
    /** @internal */ readonly _value: string,
  ) {}
}

/** A host through which others are reached. */
export interface SshBastionProps {
  /** Its address. */
  readonly address: string;

  /** Its public host key, pinned: `ssh-ed25519 AAAA…`, as `ssh-keyscan` prints it behind the name. */
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
   * The public host key, pinned: `ssh-ed25519 AAAA…`, as `ssh-keyscan` prints it behind the name. Without it whoever
   * answers at the address would be sent the secrets of the installation.
   */
  readonly hostKey: string;

  /**
   * Where the private key comes from; a bastion takes the same one.
   *
   * @default SshKey.agent()
   */
  readonly key?: SshKey;

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

const HOST_KEY = /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+=*( [^$%]*)?$/;

/** Also `DOMAIN\\user` and `user@domain`, and nothing that Terraform would take for an expression. */
const USER = /^[^\s"'`${}%]+\$?$/;

/** How a host is reached by SSH, checked. */
export class SshAccess implements RemoteAccess {
  public readonly user: string;
  public readonly sudo: boolean;
  private readonly fixed: Partial<SSHProvisionerConnection>;
  private readonly key: SshKey;

  /**
   * @throws ConstructError when user, port, address or host key cannot be what they claim to be, or the key file is
   * relative or missing
   */
  constructor(scope: IConstruct, props: SshAccessProps) {
    this.key = props.key ?? SshKey.agent();
    this.user = requireUser(scope, "the SSH user", props.user);
    this.sudo = props.sudo ?? this.user !== "root";
    this.fixed = {
      port: requirePort(scope, "the SSH port", props.port ?? 22),
      hostKey: requireHostKey(scope, props.hostKey),
      ...this.keyArguments(scope),
      ...(props.bastion ? bastionArguments(scope, props.bastion) : {}),
    };
  }

  public connection(address: string): SSHProvisionerConnection {
    return {
      type: "ssh",
      host: address,
      user: this.user,
      timeout: "2m",
      scriptPath: SCRIPT_PATH,
      ...this.fixed,
    };
  }

  public get obstacleToRemoval(): string {
    if (this.key._source === "variable") {
      return "its SSH key comes from a variable";
    }
    return Token.isUnresolved(this.fixed.bastionHost) ? "its bastion is only known after apply" : "";
  }

  private keyArguments(scope: IConstruct): Partial<SSHProvisionerConnection> {
    const { _source: source, _value: value } = this.key;
    if (source === "agent") {
      return { agent: "true" };
    }
    if (source === "file" && (!/^\/[^"$%\\]*$/.test(value) || !isFile(value))) {
      throw new ConstructError(
        scope,
        `there is no SSH key file '${value}'`,
        "give the absolute path of a file that exists, without quotes, '$', '%' or backslashes",
      );
    }
    return { agent: "false", privateKey: source === "file" ? `\${file("${value}")}` : value };
  }
}

function requireHostKey(scope: IConstruct, hostKey: string): string {
  if (!HOST_KEY.test(hostKey)) {
    throw new ConstructError(
      scope,
      `'${hostKey}' is no SSH host key`,
      "give it as 'ssh-ed25519 AAAA…', the way 'ssh-keyscan -t ed25519 HOST' prints it behind the name",
    );
  }
  return hostKey;
}

function requireUser(scope: IConstruct, what: string, user: string): string {
  if (!Token.isUnresolved(requireLine(scope, what, user)) && !USER.test(user)) {
    throw new ConstructError(scope, `${what} is '${user}'`, "give the name by which one logs in, without spaces");
  }
  return user;
}

function bastionArguments(scope: IConstruct, bastion: SshBastionProps): Partial<SSHProvisionerConnection> {
  return {
    bastionHost: requireAddress(scope, "bastion address", bastion.address),
    bastionHostKey: requireHostKey(scope, bastion.hostKey),
    bastionPort: requirePort(scope, "the bastion's SSH port", bastion.port ?? 22),
    ...(bastion.user === undefined ? {} : { bastionUser: requireUser(scope, "the bastion's user", bastion.user) }),
  };
}
