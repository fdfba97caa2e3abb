import { IConstruct } from "constructs";
import { requireSecret, Secret } from "../../remote";
import { ConstructError, hasDotSegments, requireAll, requireLine } from "../../validation";
import { EnmasseValue } from "./enmasse-value";
import { Reference, referencesOf, SECURITY_KINDS, securityOf, serviceOf } from "./references";

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
   * What Zato lists of it in any case, to be compared with. All other fields are compared where Zato lists them.
   *
   * @default - its service and its security
   */
  readonly expected?: Readonly<Record<string, string | number | boolean>>;
}

/** The kinds of which Zato lists whom they let in, also where that is everybody. */
const SECURED_KINDS = ["channel_rest", "channel_soap", "outgoing_rest", "outconn_soap"];

/** The kinds of which Zato lists what service they call. */
const CALLING_KINDS = ["channel_rest", "channel_soap", "scheduler"];

/** The kinds of which enmasse sees objects whose names hold "zato". */
const SEEN_WITH_ANY_NAME = [...SECURITY_KINDS, "security_groups"];

/** Fields that hold what proves who somebody is. */
const SECRET_FIELDS = ["password", "secret"];

/** How enmasse refers to a variable, in whatever part of a text. */
const PLACEHOLDER = /Zato_?Enmasse_?Env\.[^}\s"']*/;

/** One object of Zato's configuration, of whatever kind. */
export class ContentObject {
  /** The section of the enmasse file that it stands in: `outgoing_sql`. */
  public readonly section: string;
  /** Its name in Zato. */
  public readonly name: string;
  /** Its fields, as enmasse names them, but for those that are secrets. */
  public readonly fields: Readonly<Record<string, EnmasseValue>>;
  /** The fields that are secrets. */
  public readonly secrets: Readonly<Record<string, Secret>>;
  /** How Zato lists it: `outconn_sql`. */
  public readonly kind: string;
  /** What Zato has to list of it once it is imported. */
  public readonly expected: Readonly<Record<string, string | number | boolean>>;
  /** What it refers to by name: services, security definitions, and others. */
  public readonly references: readonly Reference[];

  /**
   * @throws ConstructError when the name is empty, not on one line, or holds "zato"; a secret stands in clear text, or would be
   * generated, so that the other side of a connection would not know it; a text refers to an environment variable; or it is a
   * WebSocket channel, or one whose path has dot segments
   */
  constructor(
    private readonly scope: IConstruct,
    props: ContentObjectProps,
  ) {
    this.section = props.section;
    this.kind = props.kind ?? props.section;
    this.name = props.name;
    this.fields = props.fields;
    this.secrets = props.secrets ?? {};
    requireAll({
      line: () => requireLine(scope, `the name of an object of '${props.section}'`, props.name),
      visible: () => this.requireVisibleName(),
      secrets: () => this.requireSecrets(),
      placeholders: () => this.requireNoPlaceholder(),
      balanced: () => this.requireBalanced(),
      reachable: () => this.requireReachable(),
    });
    this.references = referencesOf(this.kind, this.fields);
    const service = CALLING_KINDS.includes(this.kind) ? serviceOf(this.fields) : undefined;
    this.expected = {
      ...props.expected,
      ...(service === undefined ? {} : { service_name: service }),
      ...(SECURED_KINDS.includes(this.kind) ? { security_name: securityOf(this.fields) ?? "" } : {}),
    };
  }

  /** By what it is known among all objects: `outconn_sql/Billing`. */
  public get key(): string {
    return `${this.kind}/${this.name}`;
  }

  private requireVisibleName(): void {
    if (/zato/i.test(this.name) && !SEEN_WITH_ANY_NAME.includes(this.kind)) {
      throw new ConstructError(
        this.scope,
        `the name of ${this.section} '${this.name}' holds 'zato', and Zato would not find the object when it is imported again`,
        "give it a name without 'zato'; only security definitions may have it in theirs",
      );
    }
  }

  private requireSecrets(): void {
    for (const [field, secret] of Object.entries(this.secrets)) {
      if (requireSecret(this.scope, `the ${field} of '${this.name}'`, secret).isGenerated) {
        throw new ConstructError(
          this.scope,
          `the ${field} of '${this.name}' would be generated on each host, and nobody else would know it`,
          "give it by Secret.fromVariable()",
        );
      }
    }
    const open = SECRET_FIELDS.find((field) => !["", null, undefined].includes(this.fields[field] as string));
    if (open !== undefined) {
      throw new ConstructError(
        this.scope,
        `the ${open} of ${this.key} is written out, and would be read in Terraform's state by whoever may read that`,
        `write 'Zato_Enmasse_Env.NAME' in its place, and add secrets: { NAME: Secret.fromVariable(…) }`,
      );
    }
  }

  /** Zato would store a placeholder, or a text about a missing value. */
  private requireNoPlaceholder(): void {
    const found = PLACEHOLDER.exec(JSON.stringify([this.name, this.fields]));
    if (found) {
      throw new ConstructError(
        this.scope,
        `'${found[0]}' stands inside a text or a list of ${this.key}, where Zato cannot put a secret in`,
        "give what it stands for by 'variables' of the enmasse objects if it is no secret; a secret is all of a field",
      );
    }
  }

  private requireBalanced(): void {
    if (this.kind === "web_socket") {
      throw new ConstructError(
        this.scope,
        `the WebSocket channel '${this.name}' would listen on a port of its own, to which no load-balancer sends anybody`,
        "declare a REST channel; or add it in each cluster's web-admin, and balance its port yourself",
      );
    }
  }

  private requireReachable(): void {
    const { url_path: path } = this.fields;
    if (this.kind.startsWith("channel_") && typeof path === "string" && hasDotSegments(path)) {
      throw new ConstructError(
        this.scope,
        `the URL path '${path}' of ${this.key} has dot segments, which load-balancers refuse`,
        "write the path without them",
      );
    }
  }
}
