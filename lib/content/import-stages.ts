import { ContentObject } from "./objects";
import { isReferredToBy } from "./objects/references";

/** What each object refers to, of those that are declared. */
export function referencesAmong(objects: readonly ContentObject[]): Map<ContentObject, ContentObject[]> {
  return new Map(
    objects.map((object) => [
      object,
      objects.filter((other) => object.references.some((reference) => isReferredToBy(other, reference))),
    ]),
  );
}

/** The same by keys, and what services objects name, as `service/NAME`. */
export function referencesByName(objects: readonly ContentObject[]): { readonly from: string; readonly to: string }[] {
  const among = referencesAmong(objects);
  return objects.flatMap((object) => {
    const services = object.references.filter(({ kinds }) => kinds.includes("service"));
    const keys = [...services.map(({ name }) => `service/${name}`), ...among.get(object)!.map(({ key }) => key)];
    return keys.map((to) => ({ from: object.key, to }));
  });
}

/**
 * What is imported ahead of the rest, stage by stage, each with all of the ones before: what others refer to. In one import Zato edits
 * what is there before it creates what is new, so that an object cannot be bound to a new one; it fails, and at each retry again.
 */
export function stagesOf(objects: readonly ContentObject[]): ContentObject[][] {
  const references = referencesAmong(objects);
  const needed = new Set([...references.values()].flat());
  const depths = new Map([...needed].map((object) => [object, depthOf(object, references)]));
  const deepest = Math.max(-1, ...depths.values());
  return Array.from({ length: deepest + 1 }, (_, depth) =>
    objects.filter((object) => (depths.get(object) ?? Infinity) <= depth),
  );
}

/** How many objects are behind it, one referring to the next. */
function depthOf(
  object: ContentObject,
  references: ReadonlyMap<ContentObject, readonly ContentObject[]>,
  before: readonly ContentObject[] = [],
): number {
  const next = references.get(object)!.filter((other) => !before.includes(other));
  return Math.max(-1, ...next.map((other) => depthOf(other, references, [...before, object]))) + 1;
}
