import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const ROOT = join(__dirname, "..", "..");

/** Where Debian has the programs without which unit tests fail in CI (test/support/tools.ts). */
const PACKAGES: Readonly<Record<string, string>> = {
  nft: "nftables",
  openssl: "openssl",
  promtool: "prometheus",
};

/** What each machine has. */
const EVERYWHERE = ["test", "unshare", "--net"];

/** The program of each `testWith([…])`: the first word that is none of every machine's. */
function demanded(): string[] {
  return readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
    .filter((file) => /^(?!faults|haproxy|lab|tools).*\.test\.ts$/.test(file))
    .flatMap((file) => [...readFileSync(join(ROOT, "test", file), "utf8").matchAll(/= testWith\(\[([^\]]*)\]\)/g)])
    .map(([, words]) => (JSON.parse(`[${words}]`) as string[]).filter((word) => !EVERYWHERE.includes(word)))
    .flatMap(([program = ""]) => (program.startsWith("-") ? [] : program));
}

test("programs that unit tests demand in CI come with packages that are installed there", () => {
  const listed = readFileSync(join(ROOT, ".ci", "packages"), "utf8").split("\n");
  expect(demanded()).toEqual(expect.arrayContaining(Object.keys(PACKAGES)));
  expect(demanded().filter((program) => !listed.includes(PACKAGES[program] ?? ""))).toEqual([]);
});

test("whatever runs unit tests installs these packages before", () => {
  const { jobs } = parse(readFileSync(join(ROOT, ".github", "workflows", "ci.yml"), "utf8")) as {
    readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
  };
  const steps = jobs["versions-of-node"]!.steps.map(({ run = "" }) => run);
  const tests = steps.findIndex((run) => /npm test$/.test(run));
  expect(steps.slice(0, tests)).toContainEqual(expect.stringMatching(/apt-get install .*<\.ci\/packages$/));
  expect(readFileSync(join(ROOT, ".ci", "run"), "utf8")).toMatch(/apt-get install .*<\.ci\/packages$/m);
});
