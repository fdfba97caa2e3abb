import { IConstruct } from "constructs";
import { ConstructError } from "../validation";
import { ContentObject } from "./objects";
import { isReferredToBy, SECURITY_KINDS } from "./objects/references";

/** Services that come with Zato may be named without being declared. */
const BUILT_IN_SERVICE = /^(pub\.zato|pub\.helpers|helpers|demo)\./;

/**
 * What objects refer to by name, and nobody declares, for the author of the program.
 *
 * @param declared where it is looked for
 */
export function danglingNames(
  scope: IConstruct,
  objects: readonly ContentObject[],
  services: readonly string[],
  declared = objects,
): ConstructError[] {
  const known = new Set(services);
  return objects.flatMap(({ key, references }) =>
    references.flatMap((reference) => {
      const { kinds, name } = reference;
      if (kinds.includes("service")) {
        return known.has(name) || BUILT_IN_SERVICE.test(name) ? [] : [serviceProblem(scope, key, name)];
      }
      return declared.some((object) => isReferredToBy(object, reference))
        ? []
        : [objectProblem(scope, key, kinds, name)];
    }),
  );
}

function serviceProblem(scope: IConstruct, key: string, service: string): ConstructError {
  return service.startsWith("zato")
    ? new ConstructError(
        scope,
        `${key} calls the service '${service}', which Zato hides from imports`,
        "call a service of your own that invokes it",
      )
    : new ConstructError(
        scope,
        `${key} calls the service '${service}', which nobody declares`,
        "add it by addServices()",
      );
}

function objectProblem(scope: IConstruct, key: string, kinds: readonly string[], name: string): ConstructError {
  return kinds === SECURITY_KINDS
    ? new ConstructError(
        scope,
        `${key} is secured by '${name}', which nobody declares`,
        "add it, for example by addBasicAuth()",
      )
    : new ConstructError(
        scope,
        `${key} refers to ${kinds.join(" or ")} '${name}', which nobody declares`,
        "add it by addEnmasseObjects()",
      );
}
