import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { projectFiles } from "../../lib/cli/project-template";
import { FRAMEWORK } from "../../lib/framework";

const ROOT = join(__dirname, "..", "..");
const EXAMPLES = readdirSync(join(ROOT, "examples"));
const PACKAGE = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  readonly peerDependencies: Readonly<Record<string, string>>;
};

/** What `init` writes, by the name of the file; with the AWS provider where a program needs it. */
function expectedFiles(example: string): Record<string, Record<string, unknown>> {
  const files = Object.fromEntries(
    ["package.json", "cdktf.json", "tsconfig.json"].map((name) => [
      name,
      JSON.parse(projectFiles()[name]!) as Record<string, unknown>,
    ]),
  );
  const { dependencies } = files["package.json"]!;
  const aws = importsOf(example).some((name) => name.startsWith(`${FRAMEWORK.awsProvider}/`))
    ? { [FRAMEWORK.awsProvider]: PACKAGE.peerDependencies[FRAMEWORK.awsProvider] }
    : {};
  return {
    ...files,
    "package.json": {
      ...files["package.json"],
      name: `zato-${example}`,
      dependencies: { ...aws, ...(dependencies as object) },
    },
    "cdktf.json": { ...files["cdktf.json"], projectId: `zato-${example}` },
  };
}

function programsOf(example: string): string[] {
  const folder = join(ROOT, "examples", example);
  return readdirSync(folder).flatMap((name) => (name.endsWith(".ts") ? [join(folder, name)] : []));
}

function importsOf(example: string): string[] {
  return programsOf(example).flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/\bfrom "([^"]+)"/g)].map(([, name]) => name!),
  );
}

/*
 * What an example needs when it is copied out of the package is what `init` writes. After a change of that, or of the version:
 * UPDATE_EXAMPLES=1 npx jest test/contract/examples.test.ts && npx prettier --write examples
 */
test.each(EXAMPLES)("examples/%s has the files of a project", (example) => {
  for (const [name, expected] of Object.entries(expectedFiles(example))) {
    const file = join(ROOT, "examples", example, name);
    if (process.env.UPDATE_EXAMPLES) {
      writeFileSync(file, `${JSON.stringify(expected, undefined, 2)}\n`);
    }
    expect([relative(ROOT, file), JSON.parse(readFileSync(file, "utf8"))]).toEqual([relative(ROOT, file), expected]);
  }
});

test.each(EXAMPLES)("examples/%s imports nothing that a copy of it would lack", (example) => {
  const { dependencies } = expectedFiles(example)["package.json"]! as { dependencies: Record<string, string> };
  const missing = importsOf(example).filter((name) =>
    name.startsWith(".")
      ? name.startsWith("..") || !existsSync(join(ROOT, "examples", example, `${name}.ts`))
      : !name.startsWith("node:") &&
        !Object.keys(dependencies).some((one) => name === one || name.startsWith(`${one}/`)),
  );
  expect(missing).toEqual([]);
});

test.each(EXAMPLES)("the README of examples/%s names each variable, and each file that is to be edited", (example) => {
  const page = readFileSync(join(ROOT, "examples", example, "README.md"), "utf8");
  const variables = programsOf(example).flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/(?:\bvariable|\bsecret|new TerraformVariable)\((?:this, )?"(\w+)"/g)].map(
      ([, name]) => name!,
    ),
  );
  expect(page.split("\n")[0]).toMatch(/^# .+/);
  expect(page).toContain("`main.ts`");
  expect(variables.filter((name) => !page.includes(`TF_VAR_${name}`))).toEqual([]);
});
