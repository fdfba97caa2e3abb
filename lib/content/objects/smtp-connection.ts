import { IConstruct } from "constructs";
import { Secret } from "../../remote";
import { requireAddress, requireAll, requireLine, requirePort, requireWhole } from "../../validation";
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
  constructor(scope: IConstruct, name: string, props: SmtpConnectionProps) {
    const { host, port, timeout, ping_address } = requireAll({
      host: () => requireAddress(scope, `address of the mail server of '${name}'`, props.host),
      port: () => requirePort(scope, `the port of '${name}'`, props.port ?? 587),
      timeout: () => requireWhole(scope, `the timeout of '${name}' in seconds`, props.timeout ?? 60, 1),
      ping_address: () => requireLine(scope, `the ping address of '${name}'`, props.pingAddress),
    });
    const compared = { host, port, mode: props.mode ?? "starttls", timeout, ping_address, is_active: true };
    super(scope, {
      section: "email_smtp",
      name,
      fields: { ...compared, is_debug: false, ...(props.username === undefined ? {} : { username: props.username }) },
      secrets: props.password === undefined ? {} : { password: props.password },
      expected: compared,
    });
  }
}
