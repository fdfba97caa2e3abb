import { TerraformStack, TerraformVariable } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError, isOpaque, KIND } from "../validation";

/** How a generated secret is told apart from its successor. */
export interface GeneratedSecretProps {
  /**
   * Tells one value from the next: another version makes each host generate a new one. Any text without line breaks.
   *
   * @default - the value that was generated at the first install stays
   */
  readonly version?: string;
}

/** How a secret from a variable is told apart from its successor. */
export interface SecretFromVariableProps {
  /**
   * Tells one value from the next: Terraform never stores the value itself, so it is the version whose change brings
   * a new value to the hosts. Any text without line breaks.
   *
   * @default "1"
   */
  readonly version?: string;
}

/**
 * A password or key that never reaches Terraform's state, plan or configuration. It either is generated on the host
 * that uses it, and stays there readable by root alone, or comes from an ephemeral Terraform variable
 * (Terraform ≥ 1.10, OpenTofu ≥ 1.11).
 */
export class Secret {
  /** A random secret, generated on the host at the first install and kept there until its version changes. */
  public static generated(props: GeneratedSecretProps = {}): Secret {
    return new Secret(undefined, props.version === undefined ? "generated" : `generated ${props.version}`);
  }

  /**
   * A secret that is given to Terraform at each run, for example as `TF_VAR_name`. The variable is made ephemeral and
   * sensitive.
   *
   * @throws ConstructError when the variable has a default
   */
  public static fromVariable(variable: TerraformVariable, props: SecretFromVariableProps = {}): Secret {
    makeEphemeral(variable);
    return new Secret(variable, props.version ?? "1");
  }

  private constructor(
    /** @internal */ readonly _variable: TerraformVariable | undefined,
    /** What a plan shows in place of the value. */
    public readonly version: string,
  ) {}

  /** @hidden */
  protected get [KIND](): "Secret" {
    return "Secret";
  }

  /** The version, or nothing where it is that of the first install. @internal */
  public get _renderVersion(): string {
    return this.version === "generated" ? "" : this.version;
  }

  /** True when the host generates the value. */
  public get isGenerated(): boolean {
    return this._variable === undefined;
  }
}

/**
 * Refuses what is no secret, without a word of its value: TypeScript does too; this is for JavaScript.
 *
 * @throws ConstructError when `secret` is anything but a {@link Secret}
 */
export function requireSecret(scope: IConstruct, what: string, secret: Secret): Secret {
  if (!isOpaque(Secret, secret)) {
    const given = secret as unknown;
    throw new ConstructError(
      scope,
      `${what} is ${given === undefined ? "not given" : `of the type ${typeof given}`}, and no Secret`,
      "give Secret.fromVariable(…) or Secret.generated(): text would be readable in cdk.tf.json and in Terraform's state",
    );
  }
  return secret;
}

/**
 * The value of a secret's variable, as a stack refers to it. What cdktf passes from one stack to another, it passes by an output, and Terraform
 * keeps that in its state.
 *
 * @throws ConstructError when the variable is in another stack than `scope`
 */
export function secretValue(scope: IConstruct, variable: TerraformVariable): string {
  if (variable.cdktfStack !== TerraformStack.of(scope)) {
    throw new ConstructError(
      scope,
      `the variable ${variable.node.path} of a secret is in another stack, whose output it would become`,
      "declare the variable in this stack",
    );
  }
  return variable.stringValue;
}

/**
 * Keeps the value of a variable out of state, plan and configuration.
 *
 * @throws ConstructError when the variable has a default
 */
export function makeEphemeral(variable: TerraformVariable): void {
  if (variable.default !== undefined) {
    throw new ConstructError(
      variable,
      "the variable has a default, which would be readable in cdk.tf.json",
      `leave it out, and give the value at each run as TF_VAR_${variable.friendlyUniqueId}`,
    );
  }
  variable.addOverride("ephemeral", true);
  variable.addOverride("sensitive", true);
}
