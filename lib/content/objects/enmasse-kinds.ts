import { EnmasseValue } from "./enmasse-value";
import { SECURITY_KINDS } from "./references";

/** Other names under which enmasse files know a section. */
const ALIASES: Readonly<Record<string, string>> = {
  def_sec: "security",
  channel_plain_http: "channel_rest",
  outconn_plain_http: "outgoing_rest",
  bearer_token: "oauth",
  sql: "outconn_sql",
  groups: "security_groups",
};

/** The kinds of generic connections that have sections of their own. */
const GENERIC_CONNECTIONS: Readonly<Record<string, string>> = {
  "outconn-ldap": "outgoing_ldap",
  "outconn-wsx": "outgoing_wsx",
};

/** What a section of HTTP connections of all kinds holds, by what they say of themselves. */
const HTTP_KINDS: Readonly<Record<string, string>> = {
  "channel plain_http": "channel_rest",
  "channel soap": "channel_soap",
  "outgoing plain_http": "outgoing_rest",
  "outgoing soap": "outconn_soap",
};

/** What `verify` lists objects of a section as. */
export function kindOf(section: string, fields: Readonly<Record<string, EnmasseValue>>): string {
  const known = ALIASES[section] ?? section;
  if (known === "security") {
    const type = textOf(fields.type);
    const named = ALIASES[type] ?? type;
    return SECURITY_KINDS.includes(named) ? named : known;
  }
  if (known === "http_soap") {
    return HTTP_KINDS[`${textOf(fields.connection)} ${textOf(fields.transport)}`] ?? known;
  }
  return known === "zato_generic_connection" ? (GENERIC_CONNECTIONS[textOf(fields.type_)] ?? known) : known;
}

/** A text, or an empty one in the place of anything else. */
export function textOf(value: EnmasseValue | undefined): string {
  return typeof value === "string" ? value : "";
}
