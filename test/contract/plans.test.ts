import { DeclaredStack } from "../../lib/cli/declared-stack";
import { meaningOf } from "../../lib/cli/plan";
import { renderText } from "../../lib/cli/plan-text";
import { FRAMEWORK } from "../../lib/framework";
import { temporaryFolder } from "../support/bash";
import { channel, Program, stackOf } from "../support/changing-program";
import { newStack, SSH } from "../support/stack";
import { synthTo } from "../support/synth";
import { pageBlocks, textOf } from "./support/pages";
import { planJsonOf, planOf } from "./support/plan";

const folder = temporaryFolder();

const ANOTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEyN0WQ0q3o7a0mC2l5kV4n2yJ5mS6v7xGQe1b9h8kTt";

/** What the page shows, by the word in the comment before the block: the program before, and what it becomes. */
const CHANGES: Readonly<Record<string, readonly [before: Program, after: Program]>> = {
  restart: [{}, { zato: { restartedAt: "2026-11-22" } }],
  build: [{}, { build: "b" }],
  server: [{}, { zato: { servers: 3 } }],
  content: [channel("/ping"), channel("/hello")],
  scheduler: [{}, { zato: { schedulerCluster: "host2" } }],
  drained: [{}, { zato: { drainedClusters: ["host2"] } }],
  user: [{}, { host2: { ssh: { ...SSH, user: "deploy" } } }],
  rebuilt: [{}, { host2: { ssh: { ...SSH, hostKey: ANOTHER_KEY }, revision: "2" } }],
};

const shown = pageBlocks().filter(({ page, comment }) => page === "docs/reading-a-plan.md" && /^plan: /.test(comment));

test("the page shows a plan for each change", () => {
  expect(shown.map(({ comment }) => comment).sort()).toEqual(
    Object.keys(CHANGES)
      .map((change) => `plan: ${change}`)
      .sort(),
  );
});

test.each(shown.map(({ comment, code }) => [comment.slice("plan: ".length), code]))(
  "the plan for '%s' is what the program gives",
  (change, code) => {
    const [before, after] = CHANGES[change]!;
    expect(code.trimEnd().split("\n")).toEqual(planOf(stackOf(before), stackOf(after)));
  },
);

test("what the command says of one of them is what the page shows", () => {
  // GIVEN
  const [{ code } = { code: "" }] = pageBlocks().filter(({ comment }) => comment === "told: server");
  const [before, after] = CHANGES.server!;

  // WHEN
  const stack = stackOf(after);
  const declared = new DeclaredStack(synthTo(folder(), stack));
  const report = meaningOf(declared, planJsonOf(stackOf(before), stack), `${FRAMEWORK.name} deploy two-hosts`);

  // THEN
  expect(renderText(report, false)).toEqual(code.trimEnd().split("\n"));
});

test("a lifetime that must be replaced would remove what runs, as the page says: no change does that", () => {
  for (const [before, after] of Object.values(CHANGES)) {
    expect(
      planOf(stackOf(before), stackOf(after)).filter((line) => /_lifetime_\w+ must be replaced/.test(line)),
    ).toEqual([]);
  }
});

test("a host that is declared lost, and the same program again, plan nothing", () => {
  expect(planOf(stackOf({}), stackOf({}))).toEqual(["Plan: 0 to add, 0 to change, 0 to destroy."]);
  expect(planOf(stackOf({}), stackOf({ host2: { lost: true } }))).toEqual([
    "Plan: 0 to add, 0 to change, 0 to destroy.",
  ]);
});

test("the first deploy is as large as the page says", () => {
  expect(textOf("docs/reading-a-plan.md")).toContain(`\`${planOf(newStack(), stackOf({})).at(-1)}\``);
});

test("each address on the page is one of examples/two-hosts, or of a change", () => {
  const all = Object.values(CHANGES).flatMap(([before, after]) => [
    ...planOf(newStack(), stackOf(before)),
    ...planOf(newStack(), stackOf(after)),
  ]);
  const addresses =
    textOf("docs/reading-a-plan.md").match(/\b(null_resource|terraform_data)\.\w[\w-]*_[0-9A-F]{8}\b/g) ?? [];
  expect(addresses.length).toBeGreaterThan(30);
  expect(addresses.filter((address) => !all.some((line) => line.includes(`${address} `)))).toEqual([]);
});
