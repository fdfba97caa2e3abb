import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { ratioResult, Result } from "./result";
import { compare } from "./statistics";
import { Workspace } from "./workspace";

const RAW = ["cdktf", "constructs", "@cdktf/provider-null/lib/resource", "@cdktf/provider-null/lib/provider"];

const AWS_SOURCES = path.join(__dirname, "..", "lib", "aws");

/** Loading the library against loading what one would write the same stack with otherwise. */
export async function importTime(workspace: Workspace): Promise<Result[]> {
  const library = await compare(
    41,
    () => workspace.run("load-modules", ["cdktf-zato"]),
    () => workspace.run("load-modules", RAW),
  );
  const aws = await compare(
    21,
    () => workspace.run("load-modules", ["cdktf-zato/aws"]),
    () => workspace.run("load-modules", [...RAW, ...awsClasses()]),
  );
  return [
    ratioResult("import of the library", "import of raw cdktf, constructs and the null provider", library, 1.15),
    ratioResult("import of its entry point aws", "the same and the classes of AWS that it uses, by file", aws, 1.15),
  ];
}

/** The files of the AWS provider that the library imports. */
function awsClasses(): string[] {
  const sources = readdirSync(AWS_SOURCES).map((name) => readFileSync(path.join(AWS_SOURCES, name), "utf8"));
  const imported = sources.flatMap((source) => source.match(/@cdktf\/provider-aws\/lib\/[a-z0-9-]+/g) ?? []);
  return [...new Set(imported)].sort();
}
