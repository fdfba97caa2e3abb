import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { Secret } from "../../remote";
import { ConstructError, requireAddress, requireAll, requireLine, requirePort, requireWhole } from "../../validation";
import { ContentObject } from "./content-object";

/** What an {@link SmtpConnection} is declared with. */
export interface SmtpConnectionProps {
  /** Where the mail server is reached. */
  readonly host: string;

  /** The address that a ping of the connection writes to. */
  readonly pingAddress: string;

  /**
   * The mail server's port.
   *
   * @default 587
   */
  readonly port?: number;

  /**
   * The user that logs in.
   *
   * @default - nobody logs in
   */
  readonly username?: string;

  /**
   * The user's password.
   *
   * @default - nobody logs in
   */
  readonly password?: Secret;

  /**
   * How the connection is encrypted: `starttls`, `ssl` or `plain`.
   *
   * @default "starttls"
   */
  readonly mode?: string;

  /**
   * Seconds after which sending is given up.
   *
   * @default 60
   */
  readonly timeout?: number;
}

/** An outgoing connection to a mail server. */
export class SmtpConnection extends ContentObject {
  /** @throws ConstructError when an address, a port, a number or the mode cannot be one */
  constructor(scope: IConstruct, name: string, props: SmtpConnectionProps) {
    const { host, port, mode, timeout, ping_address } = requireAll({
      host: () => requireAddress(scope, `address of the mail server of '${name}'`, props.host),
      port: () => requirePort(scope, `the port of '${name}'`, props.port ?? 587),
      mode: () => requireMode(scope, name, props.mode ?? "starttls"),
      timeout: () => requireWhole(scope, `the timeout of '${name}' in seconds`, props.timeout ?? 60, 1),
      ping_address: () => requireLine(scope, `the ping address of '${name}'`, props.pingAddress),
    });
    const compared = { host, port, mode, timeout, ping_address, is_active: true };
    super(scope, {
      section: "email_smtp",
      name,
      fields: { ...compared, is_debug: false, ...(props.username === undefined ? {} : { username: props.username }) },
      secrets: props.password === undefined ? {} : { password: props.password },
      expected: compared,
    });
  }
}

/** With one that it does not know, Zato makes no connection. */
function requireMode(scope: IConstruct, name: string, mode: string): string {
  if (!Token.isUnresolved(mode) && !["starttls", "ssl", "plain"].includes(mode)) {
    throw new ConstructError(
      scope,
      `'${mode}' cannot be the mode of the mail connection '${name}'`,
      "give 'starttls', 'ssl' or 'plain'",
    );
  }
  return mode;
}
