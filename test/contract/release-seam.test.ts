import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { ZatoCluster, ZatoRelease } from "cdktf-zato";
import { hostScripts } from "../../lib/remote/host-scripts";
import { INSTALLATION, newHost, newStack } from "../support/stack";

const LIB = join(__dirname, "..", "..", "lib");
const SEAM = join("zato", "release") + sep;

const SCRIPTS = hostScripts()
  .filter(({ target }) => target.endsWith(".sh"))
  .map(({ target, source }) => ({ target, code: inShell(readFileSync(source, "utf8")) }));

/** Those that know a release, by the name of their folder. */
const OF_RELEASES = new Map<string, string>();
for (const { target, code } of SCRIPTS) {
  const [, release] = /^release\/([^/]+)\//.exec(target) ?? [];
  if (release !== undefined) OF_RELEASES.set(release, `${OF_RELEASES.get(release) ?? ""}${code}\n`);
}
const OTHERS = SCRIPTS.filter(({ target }) => !target.startsWith("release/"));

function inShell(script: string): string {
  return script.replace(/^\s*#.*$/gm, "").replace(/\s# .*$/gm, "");
}

/** Without comments: they may say which release something was measured with. */
function inTypeScript(file: string): string {
  return readFileSync(join(LIB, file), "utf8")
    .replace(/\/\*[^]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "");
}

function functionsOf(code: string): string[] {
  return [...code.matchAll(/^([a-z_0-9]+)\(\)/gm)].map(([, name]) => name!);
}

/** Lines of a text that match. */
function linesOf(where: string, code: string, pattern: RegExp): string[] {
  return code
    .split("\n")
    .filter((line) => pattern.test(line))
    .map((line) => `${where}: ${line.trim()}`);
}

/** All that can be chosen. */
const RELEASES = Object.values(ZatoRelease).filter((value): value is ZatoRelease => typeof value === "object");

/** What is asked of a release, whichever it is. */
const ASKED = [
  ...new Set(
    [...OTHERS.map(({ code }) => code), ...OF_RELEASES.values()].flatMap((code) =>
      [...code.matchAll(/\bof_release ([a-z_]+)/g)].map(([, name]) => name!),
    ),
  ),
];

test("each release that can be chosen has a folder of scripts, and each folder is chosen by one", () => {
  expect(RELEASES.length).toBeGreaterThan(1);
  expect([...new Set(RELEASES.map(({ _behavior }) => _behavior.scripts))].sort()).toEqual(
    [...OF_RELEASES.keys()].sort(),
  );
});

test.each(RELEASES)("what a cluster of $name consists of has its place in the order of its release", (release) => {
  const { _components: components } = release;
  const make = jest.spyOn(components, "make");
  const stack = newStack();
  void new ZatoCluster(stack, "a", {
    host: newHost(stack, "host1"),
    installation: INSTALLATION,
    release,
    backup: {},
  });
  const made = Object.keys(make.mock.results[0]!.value as object);
  const steps = Object.entries(components.steps);
  const names = steps.map(([name]) => name);
  expect(made.length).toBeGreaterThan(5);
  expect(names).toEqual(expect.arrayContaining(made));
  // AND all that something comes after stands above it
  const after = (step: readonly string[], index: number): boolean =>
    step.every((other) => names.slice(0, index).includes(other));
  expect(steps.filter(([, step], index) => !after(step, index))).toEqual([]);
});

test.each([...OF_RELEASES])("the scripts of %s can do all that is asked of a release", (release, code) => {
  expect(ASKED.length).toBeGreaterThan(5);
  expect(ASKED.filter((name) => !functionsOf(code).includes(name))).toEqual([]);
  // AND the Python scripts find its admin API beside them
  expect(hostScripts().map(({ target }) => target)).toContain(`release/${release}/admin_api.py`);
});

/** Python, by its place, and what it needs of files beside it. */
const PYTHON = hostScripts()
  .filter(({ target }) => target.endsWith(".py"))
  .map(({ target, source }) => ({ target, code: readFileSync(source, "utf8").replace(/"""[^]*?"""|^\s*#.*$/gm, "") }));
const OTHER_PYTHON = PYTHON.filter(({ target }) => !target.startsWith("release/"));

/** Those for clusters that somebody else has installed: not of every release. */
const FOR_OTHERS = ["places/existing.sh", "export.sh"];

test.each([...OF_RELEASES.keys()])(
  "the scripts of %s bring all the Python that other scripts run or import",
  (release) => {
    const takesOthers = SCRIPTS.some(({ target }) => target.startsWith(`release/${release}/existing/`));
    const running = OTHERS.filter(({ target }) => takesOthers || !FOR_OTHERS.includes(target));
    const run = running.flatMap(({ code }) => [...code.matchAll(/(?:python_as_zato|script_for_zato) ([a-z_]+\.py)/g)]);
    const imported = OTHER_PYTHON.flatMap(({ code }) => [...code.matchAll(/^(?:import|from) ([a-z_]+)/gm)]);
    const needed = [...run.map(([, name]) => name!), ...imported.map(([, name]) => `${name!}.py`)];
    const there = PYTHON.map(({ target }) => target);
    const own = needed.filter((name) => there.some((target) => target.endsWith(`/${name}`)) && !there.includes(name));
    expect(own.length).toBeGreaterThan(3);
    expect([...new Set(own)].filter((name) => !there.includes(`release/${release}/${name}`))).toEqual([]);
  },
);

test("no other Python names services and paths of Zato's", () => {
  const naming = /["'/]zato[./-]/;
  const asking = OTHER_PYTHON.flatMap(({ target, code }) => linesOf(target, code, naming));
  expect(asking).toEqual([]);
  // AND those of releases would be found
  expect(PYTHON.flatMap(({ target, code }) => linesOf(target, code, naming)).length).toBeGreaterThan(20);
});

test("what a release does is defined nowhere else, and called in no other way", () => {
  const own = [...OF_RELEASES.values()].flatMap(functionsOf);
  expect(OTHERS.flatMap(({ target, code }) => functionsOf(code).map((name) => [name, target])).filter(([name]) => own.includes(name!))).toEqual([]); // prettier-ignore
  const called = new RegExp(`(?<!of_release )(?<![\\w-])(${own.join("|")})(?![\\w(.-])`);
  expect(OTHERS.flatMap(({ target, code }) => linesOf(target, code.replace(/"[^"$]*"|'[^']*'/g, ""), called))).toEqual(
    [],
  );
});

test("no other script asks which release it is", () => {
  const asking = /param release\b|known_release|zato-\d|\b[34]\.\d\b(?!\.)/;
  const others = OTHERS.filter(({ target }) => target !== "lib/release.sh");
  expect(others.flatMap(({ target, code }) => linesOf(target, code, asking))).toEqual([]);
});

test("nor does any construct or balancer, but where one is chosen by default", () => {
  const files = (readdirSync(LIB, { recursive: true }) as string[]).filter((file) => file.endsWith(".ts"));
  const others = files.filter((file) => !file.startsWith(SEAM));
  const asking = /\bV\d_\d\b|["'`][34]\.\d["'`]|release\/zato-|release\.name\s*[!=]=|["'`]\/ide-deploy/;
  const found = others.flatMap((file) => linesOf(relative(LIB, join(LIB, file)), inTypeScript(file), asking));
  expect(found.filter((line) => !/props\.release \?\? ZatoRelease\.V/.test(line))).toEqual([]);
});
