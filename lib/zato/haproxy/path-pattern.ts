/**
 * A beginning of a URL path as HAProxy compares it with a decoded one: decoded too, since `/a%20b` would never be equal to
 * `/a b`, and with every byte that means something in a configuration (blanks, quotes, `#`, `\`, `$`) written as `\x20`.
 */
export function pathPattern(path: string): string {
  return [...decoded(path)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9_./{}:;,@&=+*~-]/.test(character) ? character : `\\x${byte.toString(16).padStart(2, "0")}`;
    })
    .join("");
}

/** Bytes, as `%ff` need not be a character of any text; a `%` that is no code stays one. */
function decoded(path: string): Buffer {
  const pieces = path.split(/(%[0-9A-Fa-f]{2})/);
  return Buffer.concat(
    pieces.map((piece, position) => (position % 2 === 1 ? Buffer.from(piece.slice(1), "hex") : Buffer.from(piece))),
  );
}
