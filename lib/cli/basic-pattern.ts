/**
 * A basic regular expression, as `grep` reads it: `+?|(){}` are themselves, and mean something behind a backslash.
 *
 * @throws Error when it is none
 */
export function basicPattern(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|[+?|(){}]/gs, (found, escaped: string | undefined) =>
    escaped === undefined ? `\\${found}` : "+?|(){}".includes(escaped) ? escaped : found,
  );
  try {
    return new RegExp(source);
  } catch {
    throw new Error(
      `'${pattern}' is no basic regular expression; put a backslash before '*', '[' or '\\' that mean themselves`,
    );
  }
}
