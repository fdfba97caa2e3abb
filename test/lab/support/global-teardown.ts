import { labCommand, labInstances } from "./lab-instances";

/** Runs after the last test file. With LAB_KEEP=1 the labs stay, for a look at what a failed test has left. */
export default async function globalTeardown(): Promise<void> {
  if (process.env.LAB_KEEP !== "1") {
    await Promise.all(labInstances().map((instance) => labCommand("down", instance)));
  }
}
