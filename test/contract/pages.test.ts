import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseDocument } from "yaml";
import { compileBlocks } from "./support/page-program";
import { pageBlocks, PAGES, textOf } from "./support/pages";

const ROOT = join(__dirname, "..", "..");
const GUIDE = join(ROOT, "test", "testing", "guide");

/** What a script does: docs/getting-started.md. */
const EDIT = "edit: ";

/** What a test has as files of its own, and runs: docs/bring-your-own-load-balancer.md and docs/testing-your-program.md. */
const RUN_BY_A_TEST = readdirSync(GUIDE).map((file) => readFileSync(join(GUIDE, file), "utf8"));

/** To a file that the package has not, a page links by its address. */
const LINK =
  /\]\((?:https:\/\/github\.com\/cdktf-zato\/cdktf-zato\/blob\/main\/([^)#\s]+)|(?!https?:)([^)#\s]*))(?:#([^)\s]+))?\)/g;

const blocks = pageBlocks();
const typescript = blocks.filter(
  ({ language, comment, code }) => language === "ts" && !comment.startsWith(EDIT) && !RUN_BY_A_TEST.includes(code),
);

test("a block of TypeScript is a whole file, or says what is given: <!-- given: host1, zato -->", () => {
  expect(typescript.length).toBeGreaterThan(15);
  const others = typescript.filter(
    ({ comment, code }) => !comment.startsWith("given: ") && !code.startsWith("import "),
  );
  expect(others.map(({ page, line }) => `${page}:${line}`)).toEqual([]);
});

test("each block of TypeScript compiles", () => {
  expect(compileBlocks(typescript)).toEqual([]);
});

test("what does not compile is told by page and line", () => {
  const block = { page: "docs/x.md", language: "ts", comment: "given: host1" };
  const wrong = [
    { ...block, line: 10, code: 'const text = "a";\nnew PhysicalHost(this, "a", { …, cpu: 8 });\n' },
    { ...block, line: 20, code: "host2.cpus;\n" },
    { ...block, line: 30, comment: "", code: 'import { Nothing } from "cdktf-zato";\n' },
  ];
  expect(compileBlocks(wrong).sort()).toEqual([
    expect.stringMatching(/^docs\/x\.md:11: .*'cpu' does not exist/),
    expect.stringMatching(/^docs\/x\.md:20: Cannot find name 'host2'/),
    expect.stringMatching(/^docs\/x\.md:30: .*has no exported member 'Nothing'/),
  ]);
});

test("each block of YAML or JSON can be read", () => {
  const unreadable = blocks
    .filter(({ language }) => ["yaml", "json"].includes(language))
    .flatMap(({ page, line, code }) => parseDocument(code).errors.map(({ message }) => `${page}:${line}: ${message}`));
  expect(unreadable).toEqual([]);
});

test("each link to a page or a file of the repository leads to one, and to a heading that it has", () => {
  const dead = PAGES.flatMap((page) =>
    [...withoutCode(textOf(page)).matchAll(LINK)].flatMap(([link, inRepository, path, anchor]) => {
      const target = inRepository ?? (path ? join(dirname(page), path) : page);
      const isThere = existsSync(join(ROOT, target)) && (!anchor || anchorsOf(target).includes(anchor));
      return isThere ? [] : [`${page}: ${link.slice(1)}`];
    }),
  );
  expect(dead).toEqual([]);
});

test("what is linked to by a path is in the package; all else has an address", () => {
  const outside = PAGES.flatMap((page) =>
    [...withoutCode(textOf(page)).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].flatMap(([, path]) => {
      const target = join(dirname(page), path!);
      return /^(README\.md|CHANGELOG\.md|LICENSE|docs\/.*|examples\/.*)$/.test(target) ? [] : [`${page}: ${path}`];
    }),
  );
  expect(outside).toEqual([]);
});

function withoutCode(text: string): string {
  return text.replace(/^ *```[^]*?^ *```$/gm, "").replace(/`[^`\n]+`/g, "");
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
