import { readFileSync } from "node:fs";
import { hostScripts } from "../../lib/remote/host-scripts";

/**
 * Who has found what he looks for is gone, before whoever prints a line at a time, as bash does, has written the next one: with pipefail that
 * is a failure, now and then. Without -q grep reads all, be it into /dev/null.
 */
const LEAVES_EARLY = [/(?<!\|)\|\s*grep (-\S+ )*-\w*q/, /folders_of_this_cluster [^|)]*\|\s*(head|sed [^|)]*\bq\b)/];

test.each(hostScripts().filter(({ target }) => target.endsWith(".sh")))(
  "$target reads all that it asks for",
  ({ source }) => {
    const broken = readFileSync(source, "utf8")
      .replace(/\|\n\s*/g, "| ")
      .split("\n")
      .filter((line) => LEAVES_EARLY.some((reader) => reader.test(line)));
    expect(broken).toEqual([]);
  },
);
