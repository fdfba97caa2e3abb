import { IConstruct } from "constructs";
import { ConstructError } from "../validation";
import { ContentObject } from "./objects";
import { isReferredToBy, Reference, securityOf, SECURITY_KINDS } from "./objects/references";

const GROUPS = "security_groups";

/**
 * Channels that nothing but groups without a member secures: Zato 3.3 lets everybody into them (`has_members()`).
 *
 * @param all where groups are looked for
 */
export function openChannels(scope: IConstruct, objects: readonly ContentObject[], all = objects): ConstructError[] {
  return objects.flatMap(({ key, fields, references }) => {
    const groups = references.filter(({ kinds }) => kinds.includes(GROUPS));
    const declared = all.filter((object) => groups.some((group) => isReferredToBy(object, group)));
    const isOpen =
      groups.length > 0 && declared.length === groups.length && !declared.some(hasMember) && !securityOf(fields);
    return isOpen ? [problem(scope, key, groups)] : [];
  });
}

function hasMember({ references }: ContentObject): boolean {
  return references.some(({ kinds }) => kinds === SECURITY_KINDS);
}

function problem(scope: IConstruct, key: string, groups: readonly Reference[]): ConstructError {
  const names = groups.map(({ name }) => name).join(", ");
  return new ConstructError(
    scope,
    `${key} is secured by nothing but groups without a member (${names}), and Zato lets everybody into it`,
    "declare their 'members', or give it a 'security' of its own",
  );
}
