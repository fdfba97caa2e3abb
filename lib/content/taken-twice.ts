import { ConstructError } from "../validation";
import { ContentObject } from "./objects";

/** What only one object may have, under a name that tells it from others. */
export interface Place {
  readonly what: string;
  readonly value: string;
}

/**
 * Errors about objects that take a place which an earlier one has.
 *
 * @param complain what there is to say of the earlier object, the later one and the place of both
 */
export function takenTwice(
  objects: readonly ContentObject[],
  placesOf: (object: ContentObject) => readonly Place[],
  complain: (earlier: ContentObject, later: ContentObject, place: Place) => ConstructError,
): ConstructError[] {
  const taken = new Map<string, ContentObject>();
  return objects.flatMap((object) =>
    placesOf(object).flatMap((place) => {
      const key = JSON.stringify([place.what, place.value]);
      const earlier = taken.get(key);
      taken.set(key, object);
      return earlier === undefined ? [] : complain(earlier, object, place);
    }),
  );
}
