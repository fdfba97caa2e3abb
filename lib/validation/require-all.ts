import { ConstructError, isConstructError } from "./construct-error";

/**
 * Makes a check of each value of a list.
 *
 * @returns what the check gives of each
 * @throws ConstructError with the findings of all
 */
export function requireEach<V, T>(values: readonly V[], check: (value: V) => T): T[] {
  return Object.values(requireAll(Object.fromEntries(values.map((value, index) => [index, () => check(value)]))));
}

/**
 * Makes checks of which none needs the outcome of another one, so that whoever has written several wrong values hears of all at once.
 *
 * @returns what each check gives, by its name
 * @throws ConstructError with the findings of all checks
 */
export function requireAll<T extends object>(checks: { readonly [Name in keyof T]: () => T[Name] }): T {
  const errors: ConstructError[] = [];
  const outcome = (check: () => unknown): unknown => {
    try {
      return check();
    } catch (error) {
      if (!isConstructError(error)) {
        throw error;
      }
      return void errors.push(error);
    }
  };
  const values = Object.entries(checks).map(([name, check]) => [name, outcome(check as () => unknown)] as const);
  const [first, ...others] = errors;
  if (first && others.length > 0) {
    const findings = errors.flatMap((error) => (error.scope === first.scope ? error.findings : [error.message]));
    throw new ConstructError(first.scope, "", "", findings);
  } else if (first) {
    throw first;
  }
  return Object.fromEntries(values) as T;
}
