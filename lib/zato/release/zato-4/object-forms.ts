import { DeclaredObject, ObjectFields, ObjectForm, ObjectValue } from "../content-dialect";
import { declaredStart } from "../latest-start";

/** What an import writes of each object, whether it was declared or not: a field that is not named keeps what it had. */
const DEFAULTS: Readonly<Record<string, ObjectFields>> = {
  basic_auth: { is_active: true, realm: "API" },
  apikey: { is_active: true, header: "X-API-Key" },
  // Without 'json' an exception in the service closes the connection.
  channel_rest: { is_active: true, method: "", data_format: "json" },
  outgoing_rest: { is_active: true },
  // Without 'audit_log' the dashboard's page of SQL connections fails.
  outconn_sql: { is_active: true, pool_size: 10, extra: "", audit_log: "off" },
  // Otherwise a job is inactive; and an interval is the sum of all units.
  scheduler: { is_active: true, job_type: "interval_based", weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0, extra: "" }, // prettier-ignore
  email_smtp: { is_active: true, username: "" },
};

/** SQL databases, by the names that an import knows them by when it makes a connection, and when it changes one. */
export const ENGINES: Readonly<Record<string, string>> = {
  postgresql: "postgresql+pg8000",
  mysql: "mysql+pymysql",
  oracle: "oracle",
  mssql: "zato+mssql1",
};

/** What is written in one way alone, whichever way it was declared. */
const SPELLED_ANEW = new Set(["type", "engine", "service", "service_name", "security", "security_name", "sec_def", "sec_name"]); // prettier-ignore

/** What else an import wants of the objects of a kind. */
const OWN: Readonly<Record<string, (object: DeclaredObject) => ObjectFields>> = {
  basic_auth: ({ kind }) => ({ type: kind }),
  apikey: ({ kind }) => ({ type: kind }),
  channel_rest: (object) => ({ ...serviceOf(object), ...securityOf(object) }),
  outgoing_rest: securityOf,
  outconn_sql: ({ fields }) => {
    const [type, engine] = engineOf(fields.type ?? fields.engine)!;
    return { type, engine };
  },
  scheduler: (object) => ({ ...serviceOf(object), ...startOf(object) }),
};

/** A user of an API key is nobody's: Zato makes it up. */
const LEFT_OUT: Readonly<Record<string, string>> = { apikey: "username" };

/** The names of a database of which one is given. */
export function engineOf(given: ObjectValue | undefined): readonly [type: string, engine: string] | undefined {
  return Object.entries(ENGINES).find((names) => names.some((name) => name === given));
}

/** An object as an import of Zato 4.1 wants it. */
export function formOf(object: DeclaredObject, section: string): ObjectForm {
  const { kind, fields, expected } = object;
  const declared = Object.entries(fields).filter(
    ([field, value]) => !SPELLED_ANEW.has(field) && LEFT_OUT[kind] !== field && value !== null,
  );
  return { section, fields: { ...DEFAULTS[kind], ...Object.fromEntries(declared), ...OWN[kind]?.(object) }, expected };
}

function serviceOf({ expected: { service_name: service } }: DeclaredObject): ObjectFields {
  return service === undefined ? {} : { service };
}

/** No line at all is the way to say that there is none. */
function securityOf({ expected: { security_name: security } }: DeclaredObject): ObjectFields {
  return security === undefined || security === "" ? {} : { security };
}

function startOf({ fields: { start_date: start } }: DeclaredObject): ObjectFields {
  return typeof start === "string" ? { start_date: declaredStart(start) } : {};
}
