import { ContentDialect, ObjectForm } from "../zato/release/content-dialect";
import { referencesAmong, stagesOf } from "./import-stages";
import { ContentObject, EnmasseValue } from "./objects";

/** What a cluster is to have, as the hosts compare it with what Zato lists. */
export interface ExpectedContent {
  /** By the key of each object, the fields that Zato lists in any case. */
  readonly objects: Readonly<Record<string, object>>;

  /** By the key of each object, all that was declared, for what else Zato lists. */
  readonly fields: Readonly<Record<string, object>>;

  /** By the key of each object, the keys of those that it refers to. */
  readonly references: Readonly<Record<string, readonly string[]>>;

  /** The keys of what may have to be imported ahead, stage by stage. */
  readonly stages: readonly (readonly string[])[];

  /** The hash of the source of each service. */
  readonly services: Readonly<Record<string, string>>;
}

/** Fields that say how an object is given to enmasse, not what it is, and one that moves with time. */
const NOT_COMPARED = new Set(["type", "type_", "connection", "transport", "start_date"]);

/** What Zato lists a field as. */
const LISTED_AS: Readonly<Record<string, string>> = {
  service: "service_name",
  security: "security_name",
  sec_def: "security_name",
};

/** What all clusters are asked for after an import. */
export function renderExpected(
  objects: readonly ContentObject[],
  services: readonly { readonly name: string; readonly sha256: string }[],
  dialect: ContentDialect,
): ExpectedContent {
  const references = [...referencesAmong(objects)].filter(([, others]) => others.length > 0);
  return {
    objects: Object.fromEntries(objects.map((object) => [object.key, dialect.formOf(object).expected])),
    fields: Object.fromEntries(
      objects.map((object) => [object.key, comparedFields(object.kind, dialect.formOf(object))]),
    ),
    references: Object.fromEntries(references.map(([{ key }, others]) => [key, others.map((other) => other.key)])),
    stages: dialect.importsInStages ? stagesOf(objects).map((stage) => stage.map(({ key }) => key)) : [],
    services: Object.fromEntries(services.map(({ name, sha256 }) => [name, sha256])),
  };
}

/** Zato 3.3 keeps no user of an API key. */
const MADE_UP = "apikey username";

function comparedFields(kind: string, { fields, expected }: ObjectForm): Record<string, EnmasseValue> {
  const listed = Object.entries(fields)
    .filter(([field]) => !NOT_COMPARED.has(field) && `${kind} ${field}` !== MADE_UP)
    .map(([field, value]) => [LISTED_AS[field] ?? field, value] as const)
    .filter(([field]) => !(field in expected));
  return Object.fromEntries(listed);
}
