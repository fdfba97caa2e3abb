import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runbookBlocks } from "../support/runbook";

const ROOT = join(__dirname, "..", "..");

/** Commands that stand in a sentence, and the test that runs them, by what that test has of them. */
const IN_SENTENCES: Readonly<Record<string, readonly [file: string, text: string]>> = {
  "npx cdktf-zato verify": ["test/lab/runbook.test.ts", "npx cdktf-zato"],
  "npx cdktf-zato verify cdktf.out/stacks/STACK": ["test/lab/runbook.test.ts", "npx cdktf-zato"],
  "cdktf diff": ["test/lab/runbook.test.ts", "npx cdktf "],
  "cdktf deploy": ["lab/terraform/terraform.ts", '"deploy"'],
  "cdktf deploy --skip-provider-lock": ["lab/terraform/terraform.ts", "--skip-provider-lock"],
  "cdktf synth": [".ci/run", "cdktf synth"],
  "cdktf destroy": ["lab/terraform/terraform.ts", '"destroy"'],
  "systemctl list-units 'zato-*'": ["test/lab/commands.test.ts", "'zato-*'"],
  "sudo systemctl stop zato-edge-vrrp": ["test/lab/runbook.test.ts", "sudo systemctl stop zato-edge-vrrp"],
  "sudo systemctl disable --now zato-host1-scheduler": [
    "test/lab/runbook.test.ts",
    "disable --now zato-host1-scheduler",
  ],
};

test.each(["operations.md", "taking-over.md"])(
  "each block of commands in %s says where a test runs it, or why none does",
  (page) => {
    const blocks = runbookBlocks(page);
    expect(blocks.length).toBeGreaterThan(8);
    for (const { how, words } of blocks) {
      expect(how !== "run by" || existsSync(join(ROOT, words))).toBe(true);
    }
  },
);

test("each command in a sentence of the runbook is run by a test", () => {
  const page = readFileSync(join(ROOT, "docs/operations.md"), "utf8").replace(/```[^]*?```/g, "");
  const commands = [
    ...page.matchAll(/`((?:sudo|npx|cdktf|terraform|systemctl|curl|bash) [^`]+)`(?! \(not run by a test\))/g),
  ].map(([, text]) => text!);
  expect(commands.length).toBeGreaterThan(5);
  expect(commands.filter((command) => IN_SENTENCES[command] === undefined)).toEqual([]);
  for (const [command, [file, text]] of Object.entries(IN_SENTENCES)) {
    expect([command, readFileSync(join(ROOT, file), "utf8").includes(text)]).toEqual([command, true]);
  }
});
