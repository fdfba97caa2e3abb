import { IConstruct } from "constructs";
import { requireAll, requireWhole } from "../../validation";
import { ContentObject } from "./content-object";

/** What a {@link Cache} can be told. */
export interface CacheProps {
  /**
   * The most entries.
   *
   * @default 10000
   */
  readonly maxSize?: number;

  /**
   * The most characters of an entry.
   *
   * @default 10000
   */
  readonly maxItemSize?: number;
}

/** A built-in cache. Each cluster has its own: what is in it is not shared. */
export class Cache extends ContentObject {
  constructor(scope: IConstruct, name: string, props: CacheProps = {}) {
    const compared = {
      ...requireAll({
        max_size: () => requireWhole(scope, `the size of the cache '${name}'`, props.maxSize ?? 10000, 1),
        max_item_size: () => requireWhole(scope, `the item size of the cache '${name}'`, props.maxItemSize ?? 10000, 1),
      }),
      is_active: true,
    };
    super(scope, {
      section: "zato_cache_builtin",
      name,
      fields: {
        ...compared,
        cache_type: "builtin",
        is_default: false,
        extend_expiry_on_get: true,
        extend_expiry_on_set: false,
        sync_method: "in-background",
        persistent_storage: "no-persistent-storage",
      },
      expected: compared,
    });
  }
}
