import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError } from "../validation";
import { As3Objects } from "./as3-objects";

/** Properties whose text is the name of another object; text of others may be the name of something built in. */
const POINTERS = new Set(["pool", "serverTLS", "clientTLS", "policyEndpoint", "iRules", "use"]);

/**
 * Refuses what is not the name of something on a BIG-IP.
 *
 * @throws ConstructError when `path` is not absolute with a partition and a name
 */
function requireBigIpPath(scope: IConstruct, what: string, path: string): void {
  if (!Token.isUnresolved(path) && !/^(\/[A-Za-z0-9_.%:-]+){2,}$/.test(path)) {
    throw new ConstructError(
      scope,
      `'${path}' is no ${what}`,
      "give the full name on the device, for example '/Common/name'",
    );
  }
}

/**
 * Refuses names that AS3 does not take.
 *
 * @throws ConstructError when `name` is not 1 to 64 letters, digits, `_`, `-` or `.` beginning with a letter
 */
export function requireAs3Name(scope: IConstruct, what: string, name: string): string {
  if (!/^[A-Za-z][0-9A-Za-z_.-]{0,63}$/.test(name)) {
    throw new ConstructError(
      scope,
      `'${name}' cannot be used as name of ${what}`,
      "use 1 to 64 letters, digits, '_', '-' or '.', beginning with a letter, as AS3 has it",
    );
  }
  return name;
}

/**
 * Refuses names that no tenant of applications has.
 *
 * @throws ConstructError when AS3 does not take the name, or it is the one of what tenants share
 */
export function requireTenant(scope: IConstruct, tenant: string): string {
  if (tenant === "Common") {
    throw new ConstructError(
      scope,
      "the tenant 'Common' holds what tenants share, and no application",
      "give a tenant of its own, for example 'Zato'",
    );
  }
  return requireAs3Name(scope, "a tenant", tenant);
}

/**
 * Refuses references that lead nowhere, which AS3's schema does not notice: names of objects that the application does
 * not have, and names of things on the device that cannot be such. Names with a `/` in them lead out of the application,
 * to where only the device can look.
 *
 * @throws ConstructError naming the object and the reference
 */
export function requireReferences(scope: IConstruct, objects: As3Objects): void {
  for (const [name, object] of Object.entries(objects)) {
    visit(object, "", (key, value) => {
      if (key === "bigip") {
        requireBigIpPath(scope, `name of something on the device, which '${name}' refers to`, value);
      }
      if (POINTERS.has(key) && !value.includes("/") && !Object.hasOwn(objects, value)) {
        throw new ConstructError(
          scope,
          `the ${key} of '${name}' refers to '${value}', which there is not`,
          `add it to 'objects', or refer to one of ${Object.keys(objects).join(", ")}`,
        );
      }
    });
  }
}

/** Goes through all text of a value, with the name of the property that has it; a list has that of its property. */
function visit(value: unknown, key: string, found: (key: string, text: string) => void): void {
  if (typeof value === "string") {
    found(key, value);
  } else if (Array.isArray(value)) {
    value.forEach((one) => visit(one, key, found));
  } else if (typeof value === "object" && value !== null) {
    Object.entries(value).forEach(([property, one]) => visit(one, property, found));
  }
}
