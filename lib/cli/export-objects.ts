import { EnmasseValue } from "../content";
import { kindOf } from "../content/objects/enmasse-kinds";
import { ContentDialect } from "../zato/release/content-dialect";
import { ExportedCluster, ExportedObject } from "./export-answer";

/** An object of a cluster, as it may be declared. */
export interface FoundObject {
  /** The section of an enmasse file. */
  readonly section: string;
  readonly name: string;
  /** By what it is known: `outconn_sql/Billing`. */
  readonly key: string;
  /** Its fields, but for secrets. */
  readonly fields: Readonly<Record<string, EnmasseValue>>;
  /** The fields that are secrets. */
  readonly secrets: readonly string[];
  /** Fields inside of others that look like secrets, and are left out. */
  readonly lost: readonly string[];
}

/** In the place of a secret; see exporting.py. */
const HIDDEN = "Zato_Enmasse_Env.";

const HTTP = "is_active method http_accept match_slash merge_url_params_req url_params_pri params_pri content_type";
const OUTGOING = `${HTTP} timeout ping_method pool_size`;
const SECURITY = "is_active ttl header";

/**
 * What Zato lists of an object, takes at an import, and leaves out of its exports, as was read in the code of support/3.3 and
 * support/4.1, as far as the release takes it. An import without it would put Zato's default in its place.
 */
const LEFT_OUT: Readonly<Record<string, string>> = {
  channel_rest: `${HTTP} data_format`,
  channel_soap: `${HTTP} soap_action soap_version`,
  outgoing_rest: `${OUTGOING} data_format`,
  outconn_soap: `${OUTGOING} soap_action soap_version`,
  scheduler: "is_active",
  outconn_sql: "is_active",
  email_smtp: "is_active",
  basic_auth: `${SECURITY} realm`,
  apikey: SECURITY,
  jwt: SECURITY,
  oauth: SECURITY,
  ntlm: SECURITY,
  aws: SECURITY,
  pubsub_endpoint: "is_active role",
  pubsub_topic:
    "is_active is_api_sub_allowed max_depth_gd max_depth_non_gd depth_check_freq pub_buffer_size_gd task_sync_interval " +
    "task_delivery_interval on_no_subs_pub limit_retention limit_message_expiry limit_sub_inactivity",
};

/** What an import into Zato 3.3 gives a channel by itself (seen), as it is listed. */
const BY_ITSELF = new Set([
  "is_active true",
  "match_slash false",
  "merge_url_params_req True",
  "merge_url_params_req true",
  "url_params_pri qs-over-path",
  "params_pri channel-params-over-msg",
]);

/** Which cluster of its ODB an object is of. */
const NOT_DECLARED = ["id", "cluster_id"];

/** The kinds that prove who somebody is always have a password, and so has an SQL connection. */
const WITH_PASSWORD = ["basic_auth", "apikey", "jwt", "oauth", "ntlm", "aws", "outconn_sql"];

/** Others have one if they have a user. */
const WITH_PASSWORD_OF_A_USER = ["email_smtp", "email_imap", "outconn_ftp", "def_amqp", "outgoing_ldap"];

/** The sections of an export that are no lists, and hold something: of 4.1 those on where alerts go. */
export function settingsIn(objects: ExportedCluster["objects"]): string[] {
  return Object.entries(objects)
    .filter(([, section]) => !Array.isArray(section) && Object.keys(section ?? {}).length > 0)
    .map(([name]) => name);
}

/** All objects of a cluster that Zato has not made for itself, in the order in which enmasse exports them. */
export function objectsOf({ objects, rows, own }: ExportedCluster, dialects: readonly ContentDialect[]): FoundObject[] {
  return Object.entries(objects).flatMap(([section, list]) =>
    Array.isArray(list)
      ? list.map((object: ExportedObject) => foundObject(section, object, rows, dialects)).filter(({ key }) => !own.includes(key)) // prettier-ignore
      : [],
  );
}

function foundObject(
  section: string,
  exported: ExportedObject,
  rows: ExportedCluster["rows"],
  dialects: readonly ContentDialect[],
): FoundObject {
  const { name: given, ...rest } = exported;
  const name = String(given);
  const kind = kindOf(section, rest as Record<string, EnmasseValue>);
  const key = `${kind}/${name}`;
  const all = Object.entries({ ...leftOut(kind, rows[key] ?? {}, dialects), ...rest }).filter(
    ([, value]) => value !== null,
  );
  const secrets = new Set(all.flatMap(([field, value]) => (value === HIDDEN ? [field] : [])));
  if (WITH_PASSWORD.includes(kind) || (WITH_PASSWORD_OF_A_USER.includes(kind) && (rest.username ?? rest.user))) {
    secrets.add("password");
  }
  const lost: string[] = [];
  const fields = all
    .filter(([field, value]) => !secrets.has(field) && !NOT_DECLARED.includes(field) && !isMadeUp(kind, field, value))
    .map(([field, value]) => [field, withoutHidden(value, field, lost)]);
  return {
    section,
    name,
    key,
    fields: Object.fromEntries(fields) as FoundObject["fields"],
    secrets: [...secrets],
    lost,
  };
}

/** Only what is not as it would be without it. */
function leftOut(kind: string, row: ExportedObject, dialects: readonly ContentDialect[]): ExportedObject {
  const isTaken = (field: string): boolean =>
    dialects.every((dialect) => dialect.knownKeys(kind)?.includes(field) ?? true);
  const isSaid = (field: string, value: unknown): boolean =>
    !["", undefined].includes(value as string) && !BY_ITSELF.has(`${field} ${String(value)}`);
  return Object.fromEntries(
    (LEFT_OUT[kind] ?? "")
      .split(" ")
      .filter(isTaken)
      .flatMap((field): [string, unknown][] => {
        const value = row[field];
        return isNone(kind, field, row, dialects) ? [[field, ""]] : isSaid(field, value) ? [[field, value]] : [];
      }),
  );
}

/** Whether it has no format of its data, where a program that says nothing of it would give it one. */
function isNone(kind: string, field: string, row: ExportedObject, dialects: readonly ContentDialect[]): boolean {
  if (field !== "data_format" || !(field in row) || row[field]) {
    return false;
  }
  const nothing = { kind, name: "", section: kind, fields: {}, expected: {} };
  return dialects.some((dialect) => dialect.formOf(nothing).fields[field]);
}

/** Zato 3.3 makes the user of an API key up. */
function isMadeUp(kind: string, field: string, value: unknown): boolean {
  return kind === "apikey" && field === "username" && String(value).startsWith("Zato-Not-Used");
}

function withoutHidden(value: unknown, path: string, lost: string[]): unknown {
  if (value === HIDDEN) {
    lost.push(path);
    return null;
  }
  if (Array.isArray(value)) {
    return value.map((one, index) => withoutHidden(one, `${path}.${index}`, lost));
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries(value).map(([name, one]) => [name, withoutHidden(one, `${path}.${name}`, lost)]),
      )
    : value;
}
