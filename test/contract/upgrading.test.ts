import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");
const GUIDE = readFileSync(join(ROOT, "docs/upgrading.md"), "utf8");
const ENTRY = /<!-- stands: (\w+) -->/g;

/** What whoever upgrades has already: Terraform's addresses and triggers, files on hosts, names that programs use. */
function whatStands(): string[] {
  return (readdirSync(join(ROOT, "test"), { recursive: true }) as string[])
    .filter((name) => /^contract\/[^/]+\.json$|__snapshots__\/.+\.snap$/.test(name))
    .sort();
}

function fingerprint(): string {
  const hash = createHash("sha256");
  whatStands().forEach((name) => hash.update(`${name}\n`).update(readFileSync(join(ROOT, "test", name))));
  return hash.digest("hex").slice(0, 12);
}

test("covers addresses, triggers, rendered files and exported names", () => {
  const names = whatStands().join(" ");
  for (const program of ["two-hosts", "everything"]) {
    expect(names).toContain(`${program}.addresses.json`);
    expect(names).toContain(`${program}.triggers.json`);
  }
  expect(names).toMatch(/haproxy\.test\.ts\.snap/);
  expect(names).toMatch(/release\.test\.ts\.snap/);
  expect(names).toMatch(/public-api\.test\.ts\.snap/);
});

test("when one of them changes, docs/upgrading.md gets an entry that says what it means for who has the former one", () => {
  const [newest] = [...GUIDE.matchAll(ENTRY)].map(([, stands]) => stands);
  if (newest !== fingerprint()) {
    throw new Error(
      `docs/upgrading.md does not tell of a change of: ${whatStands().join(", ")}\n` +
        `add an entry, the newest first, of what an apply does with a state of before and what has to be done by hand; it ends with <!-- stands: ${fingerprint()} -->`,
    );
  }
});

test("each entry says something, and no two stand for the same", () => {
  const entries = GUIDE.split(/^### /m).slice(1);
  expect(entries.length).toBeGreaterThan(0);
  const marks = entries.map((entry) => [...entry.matchAll(ENTRY)].map(([, stands]) => stands));
  expect(marks.filter((found) => found.length !== 1)).toEqual([]);
  expect(new Set(marks.flat()).size).toBe(entries.length);
  expect(entries.filter((entry) => entry.replace(ENTRY, "").split("\n").slice(1).join("").trim().length < 40)).toEqual(
    [],
  );
});
