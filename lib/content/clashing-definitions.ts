import { IConstruct } from "constructs";
import { ConstructError } from "../validation";
import { ContentObject } from "./objects";
import { SECURITY_KINDS } from "./objects/references";
import { Place, takenTwice } from "./taken-twice";

/** Kinds that Zato stores, or its enmasse looks up, as one: no two of their objects have one name. */
const ONE_TABLE: readonly { readonly of: string; readonly kinds: readonly string[] }[] = [
  { of: "security definitions", kinds: SECURITY_KINDS },
  { of: "generic connections", kinds: ["outgoing_ldap", "outgoing_wsx"] },
];

/** Objects of which Zato takes one only, since both have what is another one's alone. */
export function clashingDefinitions(scope: IConstruct, objects: readonly ContentObject[]): ConstructError[] {
  return takenTwice(objects, uniquesOf, (earlier, later, { what, value }) => {
    const text = `${earlier.key} and ${later.key} have one ${what}, '${value}', and Zato takes only one of them`;
    return new ConstructError(scope, text, `give each a ${what.split(" ")[0]} of its own`);
  });
}

/** What of an object no other one may have. */
function uniquesOf({ kind, name, fields: { username } }: ContentObject): Place[] {
  const names = ONE_TABLE.filter(({ kinds }) => kinds.includes(kind)).map(({ of }) => ({
    what: `name among ${of}`,
    value: name,
  }));
  // Zato 3.3 makes the user of an API key up.
  const hasOwnUser = SECURITY_KINDS.includes(kind) && kind !== "apikey";
  return hasOwnUser && typeof username === "string" && username !== ""
    ? [...names, { what: `username among ${kind} definitions`, value: username }]
    : names;
}
