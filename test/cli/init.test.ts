import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { oldNode } from "../../lib/cli/old-node";
import { FRAMEWORK } from "../../lib/framework";
import { BashResult, temporaryFolder } from "../support/bash";
import { HOST_KEY } from "../support/stack";
import { documentIn } from "../support/synth";
import { compiledProgram, ROOT } from "./support/program";

const folder = temporaryFolder();
const program = compiledProgram(folder);

jest.setTimeout(120_000);

const FILES = [".gitignore", "README.md", "cdktf.json", "main.ts", "package.json", "tsconfig.json"];

/** The project, with the sources of this repository in the place of packages that nobody has installed. */
function project(): string {
  expect(program.run(["init", "project"])).toEqual({
    status: 0,
    stdout:
      "wrote package.json, cdktf.json, tsconfig.json, main.ts, .gitignore, README.md into 'project'\n" +
      `next: edit main.ts in its three places; then, there, 'npm install' and 'npx ${FRAMEWORK.name} deploy'\n` +
      oldNode(process.versions.node),
    stderr: "",
  });
  const where = join(folder(), "project");
  symlinkSync(join(ROOT, "node_modules"), join(where, "node_modules"));
  const paths = { [FRAMEWORK.library]: [join(ROOT, "lib", "index.ts")] };
  writeFileSync(
    join(where, "tsconfig.sources.json"),
    JSON.stringify({ extends: "./tsconfig.json", compilerOptions: { paths } }),
  );
  return where;
}

function node(where: string, tool: string, ...words: string[]): BashResult {
  return spawnSync(process.execPath, [join(ROOT, "node_modules", tool), ...words], { cwd: where, encoding: "utf8" });
}

const synthesize = (where: string): BashResult =>
  node(where, "tsx/dist/cli.mjs", "--tsconfig", "tsconfig.sources.json", "main.ts");

/** What stands in the place of each placeholder. */
const VALUES: Readonly<Record<string, string>> = {
  "<host key of host1>": HOST_KEY,
  "<address of host1>": "10.0.0.11",
  "<host key of host2>": HOST_KEY,
  "<address of host2>": "10.0.0.12",
  "<URL of zato-3.3.tar.gz>": "https://artifacts.example.com/zato-3.3.tar.gz",
  "<SHA-256 of it>": "0".repeat(64),
  "<virtual address>": "10.0.0.100",
};

test("a project synthesizes after three edits, and whoever forgets placeholders is told which, of one construct at once", () => {
  // GIVEN
  const where = project();
  const main = join(where, "main.ts");
  expect(readFileSync(main, "utf8").match(/Edit \d of 3/g)).toEqual(["Edit 1 of 3", "Edit 2 of 3", "Edit 3 of 3"]);

  // WHEN
  const asked: string[] = [];
  const rounds: number[] = [];
  let result = synthesize(where);
  while (result.status !== 0 && asked.length < Object.keys(VALUES).length) {
    const [told = ""] = /ConstructError: [^]*?(?=\n {4}at )/.exec(result.stderr) ?? [];
    const placeholders = [...told.matchAll(/'(<[^<>]+>)'.*: this is a placeholder; /g)].map(([, text]) => text!);
    expect(placeholders).not.toEqual([]);
    expect(placeholders.filter((placeholder) => VALUES[placeholder] === undefined)).toEqual([]);
    rounds.push(placeholders.length);
    asked.push(...placeholders);
    const filled = placeholders.reduce((text, one) => text.replace(one, VALUES[one]!), readFileSync(main, "utf8"));
    writeFileSync(main, filled);
    result = synthesize(where);
  }

  // THEN
  expect(rounds).toEqual([2, 2, 1, 2]); // host1, host2, the balancer, the archive
  expect(asked.sort()).toEqual(Object.keys(VALUES).sort());
  expect(result).toMatchObject({ status: 0, stderr: "" });
  const { hosts, clusters, deployments } = documentIn(join(where, "cdktf.out", "stacks", "production"));
  expect(hosts.map(({ address }) => address)).toEqual(["10.0.0.11", "10.0.0.12"]);
  expect(clusters.map(({ name }) => name)).toEqual(["host1", "host2"]);
  expect(deployments.map(({ loadBalancer }) => loadBalancer?.address)).toEqual(["10.0.0.100"]);
  expect(node(where, "typescript/bin/tsc", "-p", "tsconfig.sources.json")).toMatchObject({ status: 0, stdout: "" });
});

test("it asks for this version of the library, and what that needs", () => {
  // GIVEN
  const ours = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    readonly version: string;
    readonly peerDependencies: Readonly<Record<string, string>>;
    readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
  };

  // WHEN
  const where = project();

  // THEN
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(where, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const isOptional = (peer: string): boolean => ours.peerDependenciesMeta[peer]?.optional === true;
  const needed = Object.fromEntries(Object.entries(ours.peerDependencies).filter(([peer]) => !isOptional(peer)));
  expect(isOptional(FRAMEWORK.awsProvider)).toBe(true);
  expect(dependencies).toEqual({ ...needed, [FRAMEWORK.library]: `^${ours.version}` });
  expect(Object.keys(devDependencies).sort()).toEqual(
    ["@types/node", `${FRAMEWORK.name}-cli`, "tsx", "typescript"].sort(),
  );
  expect(readFileSync(join(where, "README.md"), "utf8")).toContain(`npx ${FRAMEWORK.library} web-admin host1`);
});

test("an older Node than the framework's own program runs on is told of, since that one does not say so", () => {
  const { name, node } = FRAMEWORK;
  const [major, minor] = node.split(".").map(Number);
  expect(oldNode(`${major}.${minor! - 1}.9`)).toBe(
    `'${name}' needs Node ${node} or later, and this is ${major}.${minor! - 1}.9: install another one before\n`,
  );
  expect([`${node}.0`, `${major}.${minor! + 1}.0`, `${major! + 80}.0.0`].map(oldNode)).toEqual(["", "", ""]);
});

test("the folder is this one where none is named", () => {
  mkdirSync(join(folder(), "empty"));
  expect(program.run(["init"]).stdout).toContain("into '.'");
  expect(readdirSync(folder())).toEqual(expect.arrayContaining(FILES));
});

test("nothing is written where one of the files is there, not even others", () => {
  const file = join(folder(), "README.md");
  writeFileSync(file, "mine");
  const { status, stdout, stderr } = program.run(["init", folder()]);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toBe(`${FRAMEWORK.library}: there is already '${file}'; choose another folder, or move that away\n`);
  expect(readdirSync(folder()).sort()).toEqual(["README.md", "bin"]);
  expect(readFileSync(file, "utf8")).toBe("mine");
});

test.each([[["init", "a", "b"]], [["init", "a", "--json"]], [["init", "--", "a"]]])("%j is a wrong call", (args) => {
  expect(program.run(args)).toMatchObject({
    status: 2,
    stdout: "",
    stderr: expect.stringMatching(/^cdktf-zato: 'init' takes a folder, and nothing else\nusage: /) as string,
  });
});
