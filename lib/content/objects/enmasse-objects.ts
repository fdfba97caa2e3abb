import { existsSync, readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import { IConstruct } from "constructs";
import { Secret } from "../../remote";
import { ConstructError } from "../../validation";
import { yaml } from "../yaml";
import { ContentObject, EnmasseValue } from "./content-object";
import { knownKeys } from "./known-keys";
import { latestStart } from "./latest-start";

/** Secrets of enmasse objects, by the name behind `Zato_Enmasse_Env.` in the file. */
export interface EnmasseObjectsProps {
  /**
   * What `Zato_Enmasse_Env.NAME` stands for.
   *
   * @default - none is used
   */
  readonly secrets?: Readonly<Record<string, Secret>>;
}

/** How enmasse refers to a variable. */
const VARIABLE = /^Zato_?Enmasse_?Env\.(.+)$/;

/** Other names under which enmasse files know a section. */
const ALIASES: Readonly<Record<string, string>> = {
  def_sec: "security",
  channel_plain_http: "channel_rest",
  outconn_plain_http: "outgoing_rest",
  bearer_token: "oauth",
};

/** The kinds of generic connections that have sections of their own. */
const GENERIC_CONNECTIONS: Readonly<Record<string, string>> = {
  "outconn-ldap": "outgoing_ldap",
  "outconn-wsx": "outgoing_wsx",
};

/** Seconds in the units of a job's interval. */
const UNITS: Readonly<Record<string, number>> = { weeks: 604800, days: 86400, hours: 3600, minutes: 60, seconds: 1 };

const START_DATE = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})/;

/** Objects as enmasse files hold them, for everything that has no type of its own here. */
export class EnmasseObjects {
  /** The objects of an enmasse file, YAML or JSON, named by its absolute path. */
  public static fromFile(file: string, props: EnmasseObjectsProps = {}): EnmasseObjects {
    return new EnmasseObjects((scope) => {
      if (!isAbsolute(file) || !existsSync(file)) {
        throw new ConstructError(
          scope,
          `there is no enmasse file '${file}'`,
          "give the absolute path of a file that exists, for example by path.join(__dirname, …)",
        );
      }
      return yaml().parse(readFileSync(file, "utf8")) as unknown;
    }, props);
  }

  /** The objects of an enmasse file, already read: sections with lists of objects. */
  public static fromObject(
    content: Readonly<Record<string, unknown>>,
    props: EnmasseObjectsProps = {},
  ): EnmasseObjects {
    return new EnmasseObjects(() => content, props);
  }

  private constructor(
    private readonly read: (scope: IConstruct) => unknown,
    private readonly props: EnmasseObjectsProps,
  ) {}

  /** @internal */
  public _objects(scope: IConstruct): ContentObject[] {
    const content = this.read(scope);
    if (!isMap(content)) {
      throw new ConstructError(scope, "the enmasse objects have no sections", "give sections with lists of objects");
    }
    return Object.entries(content).flatMap(([section, list]) => {
      if (!Array.isArray(list)) {
        throw new ConstructError(scope, `the enmasse section '${section}' is no list`, "give a list of objects");
      }
      return list.map((object) => this.toObject(scope, section, object));
    });
  }

  private toObject(scope: IConstruct, section: string, object: unknown): ContentObject {
    if (!isMap(object) || typeof object.name !== "string") {
      throw new ConstructError(
        scope,
        `an object of the enmasse section '${section}' has no name: ${JSON.stringify(object)}`,
        "give each object a 'name'",
      );
    }
    const { name, ...fields } = object;
    const kind = kindOf(section, fields);
    requireKnownKeys(scope, kind, name, Object.keys(fields));
    const secrets: Record<string, Secret> = {};
    for (const [field, value] of Object.entries(fields)) {
      const variable = typeof value === "string" ? VARIABLE.exec(value)?.[1] : undefined;
      if (variable !== undefined) {
        secrets[field] = this.secret(scope, name, field, variable);
        delete fields[field];
      }
    }
    if (section === "scheduler") {
      fields.start_date = startDateOf(fields);
    }
    const service = fields.service ?? fields.service_name;
    const security = fields.security ?? fields.security_name ?? fields.sec_def;
    return new ContentObject(scope, {
      section,
      name,
      fields: fields as Record<string, EnmasseValue>,
      secrets,
      kind,
      service: typeof service === "string" ? service : undefined,
      security: typeof security === "string" && !/^(zato|$)/.test(security) ? security : undefined,
    });
  }

  /** Zato itself would store a placeholder in place of a missing variable, and say nothing. */
  private secret(scope: IConstruct, name: string, field: string, variable: string): Secret {
    const secret = this.props.secrets?.[variable];
    if (!secret) {
      throw new ConstructError(
        scope,
        `the ${field} of '${name}' is Zato_Enmasse_Env.${variable}, which is not given`,
        `add secrets: { ${JSON.stringify(variable)}: Secret.fromVariable(…) }`,
      );
    }
    return secret;
  }
}

/** What `verify` lists objects of a section as. */
function kindOf(section: string, { type, type_ }: Readonly<Record<string, unknown>>): string {
  const known = ALIASES[section] ?? section;
  if (known === "security" && typeof type === "string") {
    return ALIASES[type] ?? type;
  }
  return known === "zato_generic_connection" ? (GENERIC_CONNECTIONS[String(type_)] ?? known) : known;
}

/** Zato itself would pass over the key, and take its default in place of what was meant. */
function requireKnownKeys(scope: IConstruct, kind: string, name: string, keys: readonly string[]): void {
  const known = knownKeys(kind);
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
function startDateOf(job: Readonly<Record<string, unknown>>): unknown {
  const seconds = Object.entries(UNITS).reduce((sum, [unit, length]) => sum + length * Number(job[unit] ?? 0), 0);
  const start = START_DATE.exec(String(job.start_date));
  const isPlain = start !== null && job.job_type === "interval_based" && !job.repeats && Number.isInteger(seconds);
  return isPlain && seconds > 0 ? latestStart(`${start[1]}T${start[2]}`, seconds) : job.start_date;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
