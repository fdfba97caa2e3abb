import { IConstruct } from "constructs";
import { ConstructError } from "../validation";
import { ContentObject } from "./objects";

/** Services that come with Zato may be named without being declared. */
const BUILT_IN_SERVICE = /^(pub\.zato|pub\.helpers|helpers|demo)\./;

/** What objects refer to by name, and nobody declares: messages for the author of the program. */
export function danglingNames(
  scope: IConstruct,
  objects: readonly ContentObject[],
  services: readonly string[],
): string[] {
  const known = new Set(services);
  const definitions = new Set(objects.filter((one) => one.isSecurityDefinition).map(({ name }) => name));
  return objects.flatMap(({ key, service, security }) => {
    const problems: [problem: string, wayOut: string][] = [];
    if (service !== undefined && !known.has(service) && !BUILT_IN_SERVICE.test(service)) {
      problems.push(
        service.startsWith("zato")
          ? [
              `${key} calls the service '${service}', which Zato hides from imports`,
              "call a service of your own that invokes it",
            ]
          : [`${key} calls the service '${service}', which nobody declares`, "add it by addServices()"],
      );
    }
    if (security !== undefined && !definitions.has(security)) {
      problems.push([
        `${key} is secured by '${security}', which nobody declares`,
        "add it, for example by addBasicAuth()",
      ]);
    }
    return problems.map(([problem, wayOut]) => new ConstructError(scope, problem, wayOut).message);
  });
}
