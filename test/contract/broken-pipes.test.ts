import { readFileSync } from "node:fs";
import { hostScripts } from "../../lib/remote/host-scripts";

/** Prints a line at a time, so that whoever has read enough may be gone before the next one: with pipefail that is a failure, now and then. */
const WRITER = /folders_of_this_cluster [^|)]*\|\s*(head|grep -\w*q|sed [^|)]*\bq\b)/;

test.each(hostScripts().filter(({ target }) => target.endsWith(".sh")))(
  "$target reads all that it asks for",
  ({ source }) => {
    const broken = readFileSync(source, "utf8")
      .split("\n")
      .filter((line) => WRITER.test(line));
    expect(broken).toEqual([]);
  },
);
