import path from "node:path";
import { labInstances } from "./lab-instances";

// Several test files run at once where there are several labs: each worker of Jest's has one of its own.
process.env.LAB_INSTANCE = labInstances()[Number(process.env.JEST_WORKER_ID) - 1];

// Half of the files run on one release of Debian, half on the other, and each on the same one every time.
process.env.LAB_RELEASE ??= releaseFor(path.basename(expect.getState().testPath ?? ""));

function releaseFor(file: string): string {
  const sum = [...file].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return sum % 2 === 0 ? "bookworm" : "trixie";
}
