import { execFileSync } from "node:child_process";
import path from "node:path";
import { labInstances } from "./lab-instances";

// Several test files run at once where there are several labs: each worker of Jest's has one of its own.
process.env.LAB_INSTANCE = labInstances()[Number(process.env.JEST_WORKER_ID) - 1];

// The last one may have to wait for processors that something else takes, which makes a file when it is done.
const sign = process.env.LAB_LAST_BEGINS_WITH;
if (sign !== undefined && labInstances().length > 1 && process.env.LAB_INSTANCE === labInstances().at(-1)) {
  execFileSync("sh", ["-c", 'until [ -e "$1" ]; do sleep 1; done', "sh", sign], { timeout: 3_600_000 });
}

// Half of the files run on one release of Debian, half on the other, and each on the same one every time.
process.env.LAB_RELEASE ??= releaseFor(path.basename(expect.getState().testPath ?? ""));

function releaseFor(file: string): string {
  const sum = [...file].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return sum % 2 === 0 ? "bookworm" : "trixie";
}
