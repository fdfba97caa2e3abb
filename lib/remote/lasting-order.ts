/**
 * The order in which things are touched one after the other: by name, `server2` before `server10`. In the order in which
 * a program names them, the first could become the last; where both change too, Terraform would see a cycle, since it goes
 * by the former order to destroy and by the new one to create.
 */
export function inLastingOrder<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  // Made at each call, since it loads rules of languages, and would be a tenth of what importing this package costs.
  const byNumber = new Intl.Collator("en", { numeric: true });
  return [...items].sort((a, b) => {
    const [x, y] = [nameOf(a), nameOf(b)];
    return byNumber.compare(x, y) || (x < y ? -1 : 1);
  });
}
