import { ratioResult, Result } from "./result";
import { compare } from "./statistics";
import { Workspace } from "./workspace";

const RAW = ["cdktf", "constructs", "@cdktf/provider-null/lib/resource", "@cdktf/provider-null/lib/provider"];

/** Loading the library against loading what one would write the same stack with otherwise. */
export async function importTime(workspace: Workspace): Promise<Result[]> {
  const ratio = await compare(
    41,
    () => workspace.run("load-modules", ["cdktf-zato"]),
    () => workspace.run("load-modules", RAW),
  );
  return [ratioResult("import of the library", "import of raw cdktf, constructs and the null provider", ratio, 1.15)];
}
