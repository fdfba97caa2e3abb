import { readFileSync } from "node:fs";
import { IConstruct } from "constructs";
import { Secret } from "../../remote";
import { ConstructError, KIND, requireLocalFile } from "../../validation";
import { ContentDialect } from "../../zato/release/content-dialect";
import { latestStart } from "../../zato/release/latest-start";
import { readYaml } from "../yaml-reader";
import { ContentObject } from "./content-object";
import { kindOf, textOf } from "./enmasse-kinds";
import { EnmasseValue } from "./enmasse-value";
import { enmasseValue } from "./enmasse-values";
import { filledIn, VariableFinder } from "./placeholders";
import { NO_SECURITY, SECURITY_FIELDS, securityOf } from "./references";

/** What `Zato_Enmasse_Env.NAME` stands for in enmasse objects. */
export interface EnmasseObjectsProps {
  /**
   * Secrets, each the whole value of fields: `password: Zato_Enmasse_Env.NAME`.
   *
   * @default - none is used
   */
  readonly secrets?: Readonly<Record<string, Secret>>;

  /**
   * Values that are no secrets, for fields and for parts of texts: `host: https://{Zato_Enmasse_Env.NAME}:8443`. They are put in
   * when the program runs, as Zato does it: in a file before it is read as YAML.
   *
   * @default - none is used
   */
  readonly variables?: Readonly<Record<string, string>>;
}

/** How enmasse refers to a variable. */
const VARIABLE = /^Zato_?Enmasse_?Env\.(.+)$/;

/** Seconds in the units of a job's interval. */
const UNITS: Readonly<Record<string, number>> = { weeks: 604800, days: 86400, hours: 3600, minutes: 60, seconds: 1 };

const START_DATE = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})/;

/** Objects as enmasse files hold them, for everything that has no type of its own here. */
export class EnmasseObjects {
  /** The objects of an enmasse file, YAML or JSON, named by its absolute path. */
  public static fromFile(file: string, props: EnmasseObjectsProps = {}): EnmasseObjects {
    return new EnmasseObjects((scope) => {
      const text = readFileSync(requireLocalFile(scope, "the enmasse file", file), "utf8");
      return file.endsWith(".json")
        ? readYaml(scope, file, text, "json")
        : readYaml(scope, file, filledIn(text, variablesOf(scope, props, file)), "yaml");
    }, props);
  }

  /** The objects of an enmasse file, already read: sections with lists of objects. */
  public static fromObject(
    content: Readonly<Record<string, unknown>>,
    props: EnmasseObjectsProps = {},
  ): EnmasseObjects {
    return new EnmasseObjects(
      (scope) => enmasseValue(scope, content, (text) => filledIn(text, variablesOf(scope, props, "the objects"))),
      props,
    );
  }

  private constructor(
    private readonly read: (scope: IConstruct) => EnmasseValue,
    private readonly props: EnmasseObjectsProps,
  ) {}

  /** @hidden */
  protected get [KIND](): "EnmasseObjects" {
    return "EnmasseObjects";
  }

  /** @internal @param dialects those of all clusters that get them */
  public _objects(scope: IConstruct, dialects: readonly ContentDialect[]): ContentObject[] {
    const content = this.read(scope);
    if (!isMap(content)) {
      throw new ConstructError(scope, "the enmasse objects have no sections", "give sections with lists of objects");
    }
    return Object.entries(content).flatMap(([section, list]) => {
      if (section === "include") {
        throw new ConstructError(
          scope,
          "the enmasse section 'include' names files that do not come along to the hosts",
          "add each of them by addEnmasseObjects(EnmasseObjects.fromFile(…))",
        );
      }
      if (!isList(list)) {
        throw new ConstructError(scope, `the enmasse section '${section}' is no list`, "give a list of objects");
      }
      return list.map((object) => this.toObject(scope, section, object, dialects));
    });
  }

  private toObject(
    scope: IConstruct,
    section: string,
    object: EnmasseValue,
    dialects: readonly ContentDialect[],
  ): ContentObject {
    if (!isMap(object) || typeof object.name !== "string") {
      throw new ConstructError(
        scope,
        `an object of the enmasse section '${section}' has no name: ${JSON.stringify(object)}`,
        "give each object a 'name', in quotes where Zato would take it for something else than a text",
      );
    }
    const { name, ...given } = object;
    const fields: Record<string, EnmasseValue> = given;
    const kind = kindOf(section, fields);
    dialects.forEach((dialect) => requireKnownKeys(scope, dialect, kind, name, Object.keys(fields)));
    if (kind === "security") {
      throw new ConstructError(
        scope,
        `the security definition '${name}' has no type that Zato knows: ${JSON.stringify(fields.type ?? null)}`,
        "give it a 'type': basic_auth, apikey, jwt, bearer_token, ntlm or aws",
      );
    }
    const secrets: Record<string, Secret> = {};
    for (const [field, value] of Object.entries(fields)) {
      const variable = typeof value === "string" ? VARIABLE.exec(value)?.[1] : undefined;
      if (variable !== undefined && this.props.variables?.[variable] !== undefined) {
        fields[field] = this.props.variables[variable];
      } else if (variable !== undefined) {
        secrets[field] = this.secret(scope, name, field, variable);
        delete fields[field];
      }
    }
    if (section === "scheduler") {
      fields.start_date = startDateOf(fields);
    }
    if (kind === "security_groups" && isList(fields.members ?? null)) {
      // Zato creates a group with members by name, and edits it with members as maps of their names alone: it takes these for both.
      fields.members = (fields.members as readonly EnmasseValue[]).map((member) =>
        isMap(member) ? member : { name: member },
      );
    }
    settleSecurity(scope, `${kind} '${name}'`, fields);
    return new ContentObject(scope, { section, name, fields, secrets, kind });
  }

  /** Zato itself would store a placeholder in place of a missing variable, and say nothing. */
  private secret(scope: IConstruct, name: string, field: string, variable: string): Secret {
    const secret = this.props.secrets?.[variable];
    if (secret === undefined) {
      throw new ConstructError(
        scope,
        `the ${field} of '${name}' is Zato_Enmasse_Env.${variable}, which is not given`,
        `add secrets: { ${JSON.stringify(variable)}: Secret.fromVariable(…) }`,
      );
    }
    return secret;
  }
}

/** Finds the value of a variable in braces. */
function variablesOf(scope: IConstruct, props: EnmasseObjectsProps, where: string): VariableFinder {
  return (name) => {
    const value = props.variables?.[name];
    if (value !== undefined) {
      return value;
    }
    throw props.secrets?.[name]
      ? new ConstructError(
          scope,
          `the secret '${name}' is a part of a text in ${where}, and Zato would read the text with it before it is YAML`,
          `let it be the whole value of a field: 'Zato_Enmasse_Env.${name}', without braces`,
        )
      : new ConstructError(
          scope,
          `{Zato_Enmasse_Env.${name}} in ${where} is not given, and Zato would write 'Missing_Value_${name}' in its place`,
          `add variables: { ${JSON.stringify(name)}: "…" }`,
        );
  };
}

/**
 * A channel must not be open because Zato looked at another field than its author, or because it found a definition without a name.
 */
function settleSecurity(scope: IConstruct, object: string, fields: Record<string, EnmasseValue>): void {
  const given = SECURITY_FIELDS.filter((field) => field in fields);
  const isNone = (field: string): boolean => ["", null, NO_SECURITY].includes(fields[field] as string);
  const other = given.find((field) => typeof fields[field] !== "string" && fields[field] !== null);
  if (other !== undefined) {
    throw new ConstructError(
      scope,
      `the ${other} of ${object} is ${JSON.stringify(fields[other])}, and no name`,
      "write the name of a security definition, in quotes",
    );
  }
  const names = new Set(given.map((field) => (isNone(field) ? NO_SECURITY : fields[field])));
  if (names.size > 1) {
    throw new ConstructError(
      scope,
      `${object} names its security more than once: ${given.map((field) => `${field} ${JSON.stringify(fields[field])}`).join(", ")}`,
      "leave one of them",
    );
  }
  if (given.length > 0 && securityOf(fields) === undefined) {
    given.forEach((field) => (fields[field] = NO_SECURITY));
  }
}

/** Zato itself would pass over the key, and take its default in place of what was meant. */
function requireKnownKeys(
  scope: IConstruct,
  dialect: ContentDialect,
  kind: string,
  name: string,
  keys: readonly string[],
): void {
  const known = dialect.knownKeys(kind);
  const unknown = keys.find((key) => known !== undefined && !known.includes(key));
  if (unknown !== undefined) {
    throw new ConstructError(
      scope,
      `Zato would pass over the unknown key '${unknown}' of ${kind} '${name}'`,
      `take one of: ${known!.join(", ")}`,
    );
  }
}

/** As for typed jobs. One that ends after some repetitions counts from its start. */
function startDateOf(job: Readonly<Record<string, EnmasseValue>>): EnmasseValue {
  const seconds = Object.entries(UNITS).reduce((sum, [unit, length]) => sum + length * Number(job[unit] ?? 0), 0);
  const start = START_DATE.exec(textOf(job.start_date));
  const isPlain = start !== null && job.job_type === "interval_based" && !job.repeats && Number.isInteger(seconds);
  return isPlain && seconds > 0 ? latestStart(`${start[1]}T${start[2]}`, seconds) : (job.start_date ?? null);
}

function isMap(value: EnmasseValue): value is Readonly<Record<string, EnmasseValue>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: EnmasseValue): value is readonly EnmasseValue[] {
  return Array.isArray(value);
}
