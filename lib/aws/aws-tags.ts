import { TerraformStack, Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError } from "../validation";

/** What each construct here that makes something of AWS's takes. */
export interface AwsTagsProps {
  /**
   * Tags of all that it makes in AWS, besides those that it has anyway: `Name` (its construct path), `managed-by` and `cdktf-zato:stack`. A
   * tag of the same key takes the place of one of these. The provider's `defaultTags` come to all of them, too.
   *
   * @default - those alone
   */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Of any language, as AWS takes them. */
const KEY = /^(?!aws:)[\p{L}\p{N}\p{Z}_.:/=+@-]{1,128}$/iu;
const VALUE = /^[\p{L}\p{N}\p{Z}_.:/=+@-]{0,256}$/u;

/** As many as AWS takes, but for ours. */
const MOST_TAGS = 47;

/** The tags of one construct. */
export class AwsTags {
  /** @throws ConstructError when AWS would not take a tag; it names all of these */
  constructor(
    private readonly scope: IConstruct,
    private readonly own: Readonly<Record<string, string>> = {},
  ) {
    const wrong = Object.entries(own).filter(
      ([key, value]) => !KEY.test(key) || !(Token.isUnresolved(value) || VALUE.test(value)),
    );
    if (wrong.length > 0 || Object.keys(own).length > MOST_TAGS) {
      throw new ConstructError(
        scope,
        wrong.length > 0
          ? `${wrong.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(", ")} cannot be tags in AWS`
          : `${Object.keys(own).length} tags are too many`,
        `give up to ${MOST_TAGS}, of letters, digits, spaces and '_ . : / = + - @', keys of 1 to 128 that do not begin with 'aws:', values of up to 256`,
      );
    }
  }

  /** Those of a resource, by default with the construct's name. */
  public of(name = this.scope.node.path): Record<string, string> {
    return {
      Name: name,
      "managed-by": "cdktf-zato",
      "cdktf-zato:stack": TerraformStack.of(this.scope).node.id,
      ...this.own,
    };
  }
}
