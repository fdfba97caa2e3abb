import { readFileSync } from "node:fs";
import path from "node:path";
import type { Lab } from "../../../lab/lab";
import { run, type CommandResult } from "../../../lab/process";

const ROOT = path.join(__dirname, "../../..");

/** The command-line program, for Node in the repository's folder. */
export const PROGRAM = ["--import", "tsx", path.join(ROOT, "lib/cli/main.ts")];

export function cdktfZato(...words: string[]): Promise<CommandResult> {
  return run(process.execPath, [...PROGRAM, ...words], { cwd: ROOT });
}

/** Runs `cdktf-zato verify` over a synthesized stack. */
export function verify(stackFolder: string): Promise<CommandResult> {
  return cdktfZato("verify", stackFolder);
}

/** The options of `terraform apply` that `verify` says will put right what it has found. */
export function repairsIn(said: string): string[] {
  return [...said.matchAll(/-replace='[^']*'/g)].map(([option]) => option.replaceAll("'", ""));
}

/** The address of a Terraform resource by its construct path below the stack: `zato/content/host1/state`. */
export function addressOf(stackFolder: string, constructPath: string): string {
  const { resource } = JSON.parse(readFileSync(path.join(stackFolder, "cdk.tf.json"), "utf8")) as {
    resource: Record<string, Record<string, { "//"?: { metadata?: { path?: string } } }>>;
  };
  for (const [type, resources] of Object.entries(resource)) {
    for (const [name, { "//": comment }] of Object.entries(resources)) {
      if (comment?.metadata?.path?.endsWith(`/${constructPath}`)) {
        return `${type}.${name}`;
      }
    }
  }
  throw new Error(`there is no ${constructPath}`);
}

const INVOKE = `
import json, os, pwd, sys
sys.dont_write_bytecode = True
sys.path[:0] = ["/home/ops/.cdktf-zato/scripts", "/home/ops/.cdktf-zato/scripts/release/zato-3"]
# As zato, whose the server has to be; only root reads these files.
os.getuid = lambda: pwd.getpwnam("zato").pw_uid
from admin_api import Admin
with open(sys.argv[1]) as file:
    admin = Admin("http://127.0.0.1:17010", file.read())
print(json.dumps(admin.invoke(sys.argv[2], {"cluster_id": 1, **json.loads(sys.argv[3])})))
`;

/** What somebody does in a web-admin: invokes an admin service of a host's cluster. */
export async function invoke<T>(
  lab: Lab,
  host: string,
  service: string,
  request: Readonly<Record<string, unknown>> = {},
): Promise<T> {
  const secret = `/etc/cdktf-zato/secrets/${host}/admin_invoke_password`;
  const output = await lab.execOrThrow(host, ["python3", "-c", INVOKE, secret, service, JSON.stringify(request)]);
  return JSON.parse(output) as T;
}

/** A row that a cluster lists. */
export interface Row extends Readonly<Record<string, unknown>> {
  readonly id: number;
  readonly name: string;
}

/** The rows of a kind of object, by name. */
export async function rows(lab: Lab, host: string, kind: string, request = {}): Promise<Record<string, Row>> {
  const list = (await invoke<Row[] | null>(lab, host, `${kind}.get-list`, request)) ?? [];
  return Object.fromEntries(list.map((row) => [row.name, row]));
}
