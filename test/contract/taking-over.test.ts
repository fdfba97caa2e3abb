import { edited, runbookSteps } from "../support/runbook";
import { compileBlocks } from "./support/page-program";
import { pageBlocks } from "./support/pages";

const PAGE = "taking-over.md";

/** The program of the page as its reader has it after each edit. */
function programs(): string[] {
  const all: string[] = [];
  for (const step of runbookSteps(PAGE)) {
    if ("program" in step) all.push(step.program);
    if ("edit" in step) all.push(edited(all.at(-1)!, step.edit));
  }
  return all;
}

test("the program of the page compiles after each edit, and the way back ends where the page began, but for the other cluster", () => {
  const block = pageBlocks().find(({ page, language }) => page === `docs/${PAGE}` && language === "ts")!;
  const all = programs();
  expect(all.length).toBeGreaterThan(8);
  expect(compileBlocks(all.map((code, n) => ({ ...block, line: block.line + 1000 * n, code })))).toEqual([]);
  const ofA = (program: string): string => /^const a = [^]*?^}\);$/m.exec(program)![0];
  expect(ofA(all.at(-1)!)).toBe(ofA(all[0]!));
  expect(all.at(-1)).not.toContain("drainedClusters");
});

test("an edit whose lines are not in the program fails", () => {
  expect(edited("a\nb\nc\n", " a\n-b\n+d\n")).toBe("a\nd\nc\n");
  expect(() => edited("a\nb\n", "-c\n")).toThrow("the program has this not once:\nc");
  expect(() => edited("a\na\n", "-a\n")).toThrow("not once");
});
