import { labCommand } from "./lab-instances";

/** Runs before the first test file: what several labs would else build at the same time is built once. */
export default async function globalSetup(): Promise<void> {
  await labCommand("prepare", process.env.LAB_INSTANCE ?? "");
}
