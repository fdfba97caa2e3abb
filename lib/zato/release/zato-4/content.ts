import { ContentDialect, DeclaredObject, ObjectForm, Refusal } from "../content-dialect";
import { engineOf, ENGINES, formOf } from "./object-forms";
import { GONE, KINDS } from "./object-kinds";

/** Zato's database holds no more of it. That of an SQL connection is kept there as two digits for each byte, behind two characters. */
const EXTRA: Readonly<Record<string, { most: number; unit: string; lengthOf: (extra: string) => number }>> = {
  scheduler: { most: 500, unit: "characters", lengthOf: (extra) => extra.length },
  outconn_sql: { most: 99, unit: "bytes", lengthOf: (extra) => Buffer.byteLength(extra) },
};

/** Services that come with it, of which each server has a file of its own. */
const DEMO = /^demo\./;

/** Services that came with releases before, and do no more. */
const GONE_SERVICE = /^pub\.(zato|helpers)\.(?!common\.)/;

/** Definitions that it makes for itself: an import does not know them where it has none of its own. */
const OWN_DEFINITION = /^(zato\.|\/zato|admin\.|ide_publisher|pub\.zato|pubsub\.)/;

/** How Zato 4.1 takes services and objects. */
export class Content4 implements ContentDialect {
  /** An import makes security definitions before what they secure, and changes what is there after it has made what is new. */
  public readonly importsInStages = false;

  public readonly passwordsApart = ["basic_auth", "apikey"];

  /** A folder of ours below the one that servers read when they start. */
  public readonly keptIn = "cdktf-zato";

  /** @param reservedPaths beginnings of URL paths that are Zato's own */
  constructor(private readonly reservedPaths: readonly string[]) {}

  public knownKeys(kind: string): readonly string[] | undefined {
    return Object.hasOwn(KINDS, kind) ? KINDS[kind]!.keys : undefined;
  }

  public refusalOf(object: DeclaredObject): Refusal | undefined {
    const { kind, name } = object;
    if (!Object.hasOwn(KINDS, kind)) {
      return refusalOfKind(kind, name);
    }
    const rules = [
      refusalOfMissing,
      refusalOfService,
      refusalOfSecurity,
      refusalOfEngine,
      refusalOfJob,
      refusalOfExtra,
    ];
    return this.refusalOfPath(object) ?? rules.map((rule) => rule(object)).find((refusal) => refusal !== undefined);
  }

  public refusalOfService(name: string): Refusal | undefined {
    return DEMO.test(name)
      ? {
          problem: `the service '${name}' has a name of those that come with zato 4.1 in a file of each server's own`,
          wayOut: "give it a name that does not begin with 'demo.'",
        }
      : undefined;
  }

  public formOf(object: DeclaredObject): ObjectForm {
    return formOf(object, KINDS[object.kind]?.section ?? object.section);
  }

  private refusalOfPath({ kind, name, fields: { url_path: path } }: DeclaredObject): Refusal | undefined {
    const reserved =
      kind === "channel_rest" && typeof path === "string"
        ? this.reservedPaths.find((beginning) => path.startsWith(beginning))
        : undefined;
    return reserved === undefined
      ? undefined
      : {
          problem: `the channel '${name}' has the URL path '${path as string}', and '${reserved}' is zato 4.1's own, closed to clients`,
          wayOut: "give it a path that does not begin so",
        };
  }
}

function refusalOfKind(kind: string, name: string): Refusal {
  const gone = Object.hasOwn(GONE, kind) ? GONE[kind] : undefined;
  return gone
    ? { problem: `zato 4.1 has ${gone[0]}, which ${kind} '${name}' is to be`, wayOut: gone[1] }
    : {
        problem: `nobody has tried out yet how zato 4.1 takes ${kind} '${name}'`,
        wayOut: `declare one of ${Object.keys(KINDS).join(", ")}, and add the others in each cluster's dashboard`,
      };
}

function refusalOfService({ kind, name, expected: { service_name: service } }: DeclaredObject): Refusal | undefined {
  return typeof service === "string" && GONE_SERVICE.test(service)
    ? {
        problem: `${kind} '${name}' calls the service '${service}', which zato 4.1 has no more`,
        wayOut: "call one of your own",
      }
    : undefined;
}

function refusalOfSecurity({ kind, name, expected: { security_name: security } }: DeclaredObject): Refusal | undefined {
  return typeof security === "string" && OWN_DEFINITION.test(security)
    ? {
        problem: `${kind} '${name}' is secured by '${security}', which zato 4.1 has made for itself`,
        wayOut: "add a definition of your own, for example by addBasicAuth()",
      }
    : undefined;
}

function refusalOfJob({ kind, name, fields: { job_type: type } }: DeclaredObject): Refusal | undefined {
  return kind === "scheduler" && type !== undefined && type !== "interval_based"
    ? {
        problem: `the job '${name}' is of the type ${JSON.stringify(type)}, and zato 4.1's are tried out with intervals alone`,
        wayOut: "give it 'job_type: interval_based', and let the service look at the clock",
      }
    : undefined;
}

function refusalOfEngine({ kind, name, fields: { type, engine } }: DeclaredObject): Refusal | undefined {
  const given = type ?? engine;
  return kind === "outconn_sql" && engineOf(given) === undefined
    ? {
        problem: `the SQL connection '${name}' has the engine ${JSON.stringify(given ?? null)}, which zato 4.1 does not know`,
        wayOut: `give it a 'type': ${Object.keys(ENGINES).join(", ")}`,
      }
    : undefined;
}

function refusalOfExtra({ kind, name, fields: { extra } }: DeclaredObject): Refusal | undefined {
  const limit = EXTRA[kind];
  if (limit === undefined || typeof extra !== "string" || limit.lengthOf(extra) <= limit.most) {
    return undefined;
  }
  return {
    problem: `'extra' of ${kind} '${name}' has ${limit.lengthOf(extra)} ${limit.unit}, and zato 4.1 keeps ${limit.most}`,
    wayOut: "let the service find what is longer in its user configuration",
  };
}

/** An import fails without it, after it has made what comes before. */
function refusalOfMissing({ kind, name, fields, expected }: DeclaredObject): Refusal | undefined {
  const has = (field: string): boolean =>
    field === "service"
      ? expected.service_name !== undefined
      : ![undefined, null, ""].includes(fields[field] as string);
  const missing = KINDS[kind]!.required.find((field) => !has(field));
  return missing === undefined
    ? undefined
    : {
        problem: `${kind} '${name}' has no '${missing}', without which an import into zato 4.1 fails half-way`,
        wayOut: "add it",
      };
}
