import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What of a resource's attributes a state knows, by the resource's address. */
export type StateValues = Readonly<Record<string, unknown>>;

/** A program in a folder that shows a state, as `terraform show -json` does it; notes where and how it was called in `calls`. */
export function terraformWith(folder: string, values: StateValues): string {
  const resources = Object.entries(values).map(([address, attributes]) => ({ address, values: attributes }));
  const state = { format_version: "1.0", values: { root_module: { resources } } };
  return terraformThat(folder, `printf '%s' '${JSON.stringify(state)}'`);
}

/** A program in a folder that does something else. */
export function terraformThat(folder: string, program: string): string {
  const file = join(folder, "terraform-of-the-test");
  writeFileSync(file, `#!/bin/bash\necho "$PWD $*" >>'${join(folder, "calls")}'\n${program}\n`);
  chmodSync(file, 0o755);
  return file;
}
