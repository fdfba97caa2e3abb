import { IConstruct } from "constructs";
import { requireSecret, Secret } from "../remote";
import { ConstructError, KIND } from "../validation";
import { readScript } from "../zato/text-file";

/** What an {@link AlarmDelivery} can be told. */
export interface AlarmDeliveryOptions {
  /**
   * What shows who sends: a webhook gets it as `Authorization: Bearer …`, a script as `CDKTF_ZATO_TOKEN` in its environment.
   * It is one line.
   *
   * @default - nothing does
   */
  readonly token?: Secret;
}

/** A delivery as the host's scripts see it. @internal */
export interface RenderedAlarmDelivery {
  /** The script, where it is the user's own. */
  readonly script?: string;
  readonly secrets: Readonly<Record<string, Secret>>;
}

/**
 * How alarms reach people, as JSON: delivered when a webhook answers 2xx, or a script ends with exit status 0; else it is tried again. Both
 * run as a user who exists only meanwhile, and may write to nothing on the host.
 */
export class AlarmDelivery {
  /**
   * A URL to which each message is posted. Slack, Mattermost and the like show its field `text`.
   *
   * @param address the URL, by which whoever knows it may post there
   */
  public static webhook(address: Secret, options: AlarmDeliveryOptions = {}): AlarmDelivery {
    return new AlarmDelivery((scope) => ({
      secrets: { address: given(scope, "the address of the webhook", address), ...tokenOf(scope, options) },
    }));
  }

  /**
   * A script of the user's own, which goes to the hosts with the declaration, and reads a message from its standard input. It is one file
   * that begins with `#!`, is for everybody to read there, and has to end within a minute.
   *
   * @param file its absolute path on the machine that runs `cdktf`
   */
  public static script(file: string, options: AlarmDeliveryOptions = {}): AlarmDelivery {
    return new AlarmDelivery((scope) => ({
      script: readScript(scope, "the script that takes alarms", file),
      secrets: tokenOf(scope, options),
    }));
  }

  /** @internal */
  public readonly _render: (scope: IConstruct) => RenderedAlarmDelivery;

  private constructor(render: (scope: IConstruct) => RenderedAlarmDelivery) {
    this._render = render;
  }

  /** @hidden */
  protected get [KIND](): "AlarmDelivery" {
    return "AlarmDelivery";
  }
}

function tokenOf(scope: IConstruct, { token }: AlarmDeliveryOptions): Record<string, Secret> {
  return token === undefined ? {} : { token: given(scope, "the token for alarms", token) };
}

/** What each host generated for itself, nobody else would know. */
function given(scope: IConstruct, what: string, secret: Secret): Secret {
  if (requireSecret(scope, what, secret).isGenerated) {
    throw new ConstructError(
      scope,
      `${what} would be generated on each host, where nobody who takes alarms would know it`,
      "give Secret.fromVariable(…)",
    );
  }
  return secret;
}
