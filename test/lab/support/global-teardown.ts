import { tearDown } from "../../../lab/teardown";

/** Runs after the last test file. With LAB_KEEP=1 the lab stays, for a look at what a failed test has left. */
export default async function globalTeardown(): Promise<void> {
  if (process.env.LAB_KEEP !== "1") {
    await tearDown();
  }
}
