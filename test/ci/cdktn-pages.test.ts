import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");

interface Manifest {
  readonly name: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** A line of a page, with where it stands. */
interface Line {
  readonly where: string;
  readonly text: string;
}

let folder: string;
let manifest: Manifest;
let lines: readonly Line[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cdktn-pages-"));
  execFileSync(process.execPath, [join(ROOT, "scripts", "cdktn", "stage.js"), folder]);
  manifest = manifestIn(folder);
  lines = pagesIn(folder).flatMap((page) =>
    readFileSync(join(folder, page), "utf8")
      .split("\n")
      .map((text, index) => ({ where: `${page}:${index + 1}`, text })),
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const manifestIn = (where: string): Manifest =>
  JSON.parse(readFileSync(join(where, "package.json"), "utf8")) as Manifest;

/** Those of the package; docs/tested-with.md tells what was run, by the names of what ran. */
function pagesIn(where: string): string[] {
  const below = (name: string): string[] =>
    readdirSync(join(where, name), { recursive: true }).map((file) => join(name, String(file)));
  return ["README.md", ...below("docs"), ...below("examples")].filter(
    (name) => name.endsWith(".md") && !/tested-with|-tried/.test(name),
  );
}

/** What the lines have of it, each with its place. */
function found(pattern: RegExp, among: readonly Line[] = lines): string[] {
  return among.flatMap(({ where, text }) => [...text.matchAll(pattern)].map(([, what]) => `${where}: ${what}`));
}

const named = (place: string): string => place.replace(/^\S+ /, "");

test("what is to be installed is the package itself, or what its manifest knows", () => {
  const packages = found(/npm install ([^`]+)/g)
    .flatMap((line) => named(line).replace(/ #.*/, "").split(" "))
    .filter((word) => word !== "" && !word.startsWith("-"))
    .map((word) => word.replace(/(?<=.)@.*/, ""));
  expect(packages).toEqual(expect.arrayContaining(["cdktn-zato", "cdktn", "constructs"]));
  const known = [manifest.name, ...Object.keys({ ...manifest.peerDependencies, ...manifest.devDependencies })];
  expect(packages.filter((name) => !known.includes(name))).toEqual([]);
});

test("commands are those of the package, of the framework, and of the tools that the manifest knows", () => {
  const commands = found(/npx (?:--\S+ )*([^\s`'"]+)/g);
  expect(commands.length).toBeGreaterThan(50);
  const known = [...Object.keys(manifest.bin), "cdktn", ...Object.keys(manifest.devDependencies)];
  expect(commands.filter((command) => !known.includes(named(command)))).toEqual([]);
});

test("commands of the other package stand only where both are told of", () => {
  const ofOne = lines.filter(({ text }) => !/\bcdktn\b/.test(text));
  expect(found(/(?<![\w/.-])(cdktf(?:-zato)? [a-z]+)/g, ofOne)).toEqual([]);
  expect(found(/npm (?:install|ls) .*?\b(cdktf(?:-zato)?)\b/g, ofOne)).toEqual([]);
});

test("files, folders and labels that both packages have keep their names", () => {
  expect(found(/(\bcdktn\.(?:out|json)|\/cdktn-zato|`cdktn-zato`(?=\)|, a folder)|cdktn-zato[:.]\w+)/g)).toEqual([]);
  expect(found(/(cdktf\.out)/g).length).toBeGreaterThan(10);
});

test("the section that tells one package from the other is the same in both", () => {
  const section = (where: string): string =>
    /^## With CDKTN\n[^]*?(?=^## )/m.exec(readFileSync(join(where, "docs", "requirements.md"), "utf8"))![0];
  expect(section(folder)).toBe(section(ROOT));
});

test("versions are those of the manifests", () => {
  const page = readFileSync(join(folder, "docs", "requirements.md"), "utf8");
  const [row] = /^\| packages .*$/m.exec(page)!;
  const told = [...row.matchAll(/`(@?[\w/-]+)` (≥ [\d.]+ < [\d.]+|\d[\d.]*\d)/g)].map(([, name, range]) => [
    name,
    range,
  ]);
  const peers = { ...manifestIn(ROOT).peerDependencies, ...manifest.peerDependencies };
  const asTold = (name: string): string[] =>
    [manifestIn(ROOT), manifest].flatMap(({ peerDependencies }) => peerDependencies[name] ?? []).map(inWords);
  expect(told.map(([name]) => name)).toEqual(
    expect.arrayContaining(Object.keys(peers).filter((name) => name !== "@viz-js/viz")),
  );
  told.forEach(([name, range]) => expect(asTold(name!)).toContain(range));
  expect(page).toContain(`npm install cdktn-zato cdktn@${inWords(manifest.peerDependencies.cdktn!)} `);
  expect(page).toContain(` constructs@~${manifest.devDependencies.constructs}\n`);
});

test("the Node that its command needs is told where Node is asked for", () => {
  const framework = readFileSync(join(folder, "lib", "framework", "framework.ts"), "utf8");
  const [, node] = /node: "([\d.]+)"/.exec(framework)!;
  const asked = ["README.md", "docs/requirements.md", "docs/getting-started.md"].flatMap((page) =>
    lines.filter(({ where, text }) => where.startsWith(`${page}:`) && /Node (≥ )?20\.9/.test(text)),
  );
  expect(asked.filter(({ text }) => !/demo/.test(text) && !text.includes(node!))).toEqual([]);
  expect(asked.length).toBe(4);
});

/** A range of npm's as the page tells it: ^0.24.0 is 0.24, ^21.0.0 is 21, and >=10.6.0 <10.8.0 is ≥ 10.6 < 10.8. */
function inWords(range: string): string {
  return range
    .replace(/^\^(\d+\.\d+)\.\d+$/, "$1")
    .replace(/\.0$/, "")
    .replace(/>=(\d+\.\d+)\.0 </, "≥ $1 < ");
}
