import { EnmasseValue } from "./enmasse-value";

/** What Zato calls the absence of security. */
export const NO_SECURITY = "zato-no-security";

/** The kinds that prove who a client is. */
export const SECURITY_KINDS: readonly string[] = [
  "def_sec",
  "basic_auth",
  "apikey",
  "jwt",
  "oauth",
  "ntlm",
  "aws",
  "tls_key_cert",
  "tls_channel_sec",
];

/** Something that an object refers to by name. */
export interface Reference {
  /** What it may be: `service`, or kinds of objects. */
  readonly kinds: readonly string[];
  /** The name that it has in Zato. */
  readonly name: string;
}

const SERVICE = ["service"];

/** Fields that name services, in objects of any kind. */
const SERVICE_FIELDS = [
  "service",
  "service_name",
  "hook_service_name",
  "on_connect_service_name",
  "on_message_service_name",
  "on_close_service_name",
];

/** Fields that name the security definition of an object, in the order in which Zato looks at them. */
export const SECURITY_FIELDS: readonly string[] = ["security", "sec_def", "security_name", "sec_name"];

/** Fields that name objects of other kinds, alone or in a list: those of Zato 3.3's enmasse. */
const OBJECT_FIELDS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  channel_rest: { security_groups: ["security_groups"] },
  channel_soap: { security_groups: ["security_groups"] },
  security_groups: { members: SECURITY_KINDS },
  channel_amqp: { def_name: ["def_amqp"] },
  outconn_amqp: { def_name: ["def_amqp"] },
  channel_jms_wmq: { def_name: ["def_jms_wmq"] },
  outconn_jms_wmq: { def_name: ["def_jms_wmq"] },
  query_cassandra: { def_name: ["def_cassandra"] },
  notif_sql: { def_name: ["outconn_sql"] },
  pubsub_subscription: {
    endpoint_name: ["pubsub_endpoint"],
    topic_list: ["pubsub_topic"],
    rest_connection: ["outgoing_rest", "outconn_soap"],
  },
};

/** Security definitions that Zato itself makes: they need no declaration. */
const BUILT_IN_SECURITY = /^(zato\.|\/zato|admin\.|ide_publisher|pub\.zato|pubsub\.(demo|test))/;

/** The security definition that the fields name, if any. */
export function securityOf(fields: Readonly<Record<string, EnmasseValue>>): string | undefined {
  const field = SECURITY_FIELDS.find((name) => name in fields);
  const value = field === undefined ? undefined : fields[field];
  return typeof value === "string" && value !== "" && value !== NO_SECURITY ? value : undefined;
}

/** The service that the fields name, if any. */
export function serviceOf({ service, service_name }: Readonly<Record<string, EnmasseValue>>): string | undefined {
  const value = service ?? service_name;
  return typeof value === "string" ? value : undefined;
}

/** Whether an object is what a reference means. */
export function isReferredToBy({ kind, name }: { kind: string; name: string }, reference: Reference): boolean {
  return reference.kinds.includes(kind) && reference.name === name;
}

/** All that an object refers to. */
export function referencesOf(kind: string, fields: Readonly<Record<string, EnmasseValue>>): Reference[] {
  const security = securityOf(fields);
  return [
    ...SERVICE_FIELDS.flatMap((field) => namesIn(fields[field])).map((name) => ({ kinds: SERVICE, name })),
    ...(security === undefined || BUILT_IN_SECURITY.test(security) ? [] : [{ kinds: SECURITY_KINDS, name: security }]),
    ...Object.entries(OBJECT_FIELDS[kind] ?? {}).flatMap(([field, kinds]) =>
      namesIn(fields[field]).map((name) => ({ kinds, name })),
    ),
  ];
}

function namesIn(value: EnmasseValue | undefined): string[] {
  const list: readonly EnmasseValue[] = Array.isArray(value) ? (value as readonly EnmasseValue[]) : [value ?? ""];
  return list
    .map((item) => (typeof item === "object" && item !== null && "name" in item ? item.name : item))
    .filter((name): name is string => typeof name === "string" && name !== "");
}
