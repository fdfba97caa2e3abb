import { IConstruct } from "constructs";
import { Secret } from "../../remote";
import { ConstructError, requireLine } from "../../validation";

/** A value in an enmasse file. */
export type EnmasseValue =
  string | number | boolean | null | readonly EnmasseValue[] | { readonly [key: string]: EnmasseValue };

/** What an object of Zato's configuration is made from. */
export interface ContentObjectProps {
  /** The section of the enmasse file. */
  readonly section: string;

  /** The object's name in Zato. */
  readonly name: string;

  /** Its fields, but for secrets. */
  readonly fields: Readonly<Record<string, EnmasseValue>>;

  /**
   * Fields whose values are secrets.
   *
   * @default - none
   */
  readonly secrets?: Readonly<Record<string, Secret>>;

  /**
   * How Zato lists it: the kind that `verify` asks for.
   *
   * @default - the section; kinds that cannot be listed are not compared
   */
  readonly kind?: string;

  /**
   * What Zato lists of it, to be compared with.
   *
   * @default - that it is there
   */
  readonly expected?: Readonly<Record<string, string | number | boolean>>;

  /**
   * The name of the service that it calls, which must be declared too.
   *
   * @default - none
   */
  readonly service?: string;

  /**
   * The name of the security definition that it uses, which must be declared too.
   *
   * @default - none
   */
  readonly security?: string;
}

/** The sections with security definitions. */
const SECURITY_SECTIONS = [
  "security",
  "def_sec",
  "basic_auth",
  "apikey",
  "jwt",
  "oauth",
  "bearer_token",
  "ntlm",
  "aws",
];

/** The sections of which enmasse sees objects whose names hold "zato". */
const SEEN_WITH_ANY_NAME = [...SECURITY_SECTIONS, "security_groups"];

/** One object of Zato's configuration, of whatever kind. */
export class ContentObject {
  public readonly section: string;
  public readonly name: string;
  public readonly fields: Readonly<Record<string, EnmasseValue>>;
  public readonly secrets: Readonly<Record<string, Secret>>;
  public readonly kind: string;
  public readonly expected: Readonly<Record<string, string | number | boolean>>;
  public readonly service?: string;
  public readonly security?: string;

  /**
   * @throws ConstructError when the name is empty, not on one line, or holds "zato", or a secret would be generated: the
   * other side of a connection would not know it
   */
  constructor(scope: IConstruct, props: ContentObjectProps) {
    this.section = props.section;
    this.name = requireLine(scope, `the name of an object of '${props.section}'`, props.name);
    if (/zato/i.test(this.name) && !SEEN_WITH_ANY_NAME.includes(this.section)) {
      throw new ConstructError(
        scope,
        `the name of ${this.section} '${this.name}' holds 'zato', and Zato would not find the object when it is imported again`,
        "give it a name without 'zato'; only security definitions may have it in theirs",
      );
    }
    this.fields = props.fields;
    this.secrets = props.secrets ?? {};
    this.kind = props.kind ?? props.section;
    this.expected = props.expected ?? {};
    this.service = props.service;
    this.security = props.security;
    for (const [field, secret] of Object.entries(this.secrets)) {
      if (secret.isGenerated) {
        throw new ConstructError(
          scope,
          `the ${field} of '${this.name}' would be generated on each host, and nobody else would know it`,
          "give it by Secret.fromVariable()",
        );
      }
    }
  }

  /** Whether channels and outgoing connections can be secured by it. */
  public get isSecurityDefinition(): boolean {
    return SECURITY_SECTIONS.includes(this.section);
  }

  /** By what it is known among all objects: `outconn_sql/Billing`. */
  public get key(): string {
    return `${this.kind}/${this.name}`;
  }
}
