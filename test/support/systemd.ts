/**
 * Reads an environment file as systemd does (systemd.exec(5), `EnvironmentFile=`): a second implementation of its
 * rules, for values in double quotes.
 */
export function parseEnvironmentFile(text: string): Record<string, string> {
  const result: Record<string, string> = {};
  let position = 0;
  while (position < text.length) {
    const equals = text.indexOf("=", position);
    const name = text.slice(position, equals);
    if (text[equals + 1] !== '"') {
      throw new Error(`the value of ${name} is not quoted`);
    }
    position = equals + 2;
    let value = "";
    while (text[position] !== '"') {
      if (position >= text.length) {
        throw new Error(`the value of ${name} does not end`);
      }
      if (text[position] === "\\") {
        const next = text[position + 1] ?? "";
        // Inside double quotes a backslash stands for itself, unless it is before one of these; before a line break
        // both vanish.
        value += next === "\n" ? "" : '"\\`$'.includes(next) ? next : `\\${next}`;
        position += 2;
      } else {
        value += text[position++];
      }
    }
    if (text[position + 1] !== "\n") {
      throw new Error(`something follows the value of ${name}`);
    }
    result[name] = value;
    position += 2;
  }
  return result;
}
