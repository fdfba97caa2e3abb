const BY_NUMBER = new Intl.Collator("en", { numeric: true });

/**
 * The order in which things are touched one after the other: by name, `server2` before `server10`. In the order in which
 * a program names them, the first could become the last; where both change too, Terraform would see a cycle, since it goes
 * by the former order to destroy and by the new one to create.
 */
export function inLastingOrder<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  return [...items].sort((a, b) => {
    const [x, y] = [nameOf(a), nameOf(b)];
    return BY_NUMBER.compare(x, y) || (x < y ? -1 : 1);
  });
}
