import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/bash";
import { synthesizeEverything } from "./support/everything";

const ROOT = join(__dirname, "..", "..");

const folder = temporaryFolder();

interface Stack {
  readonly resource: Readonly<
    Record<
      string,
      Readonly<Record<string, { triggers?: Record<string, string>; triggers_replace?: Record<string, string> }>>
    >
  >;
}

function synthesizeExample(): Stack {
  const run = spawnSync(process.execPath, ["--import", "tsx", "examples/two-hosts/main.ts"], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, CDKTF_OUTDIR: folder() },
  });
  if (run.status !== 0) {
    throw new Error(run.stderr);
  }
  return JSON.parse(readFileSync(join(folder(), "stacks", "two-hosts", "cdk.tf.json"), "utf8")) as Stack;
}

/*
 * A trigger that another release renders differently re-creates the resource in everybody's next deploy, and where it is a
 * rendered file, restarts what serves traffic. Of two like hosts the first is enough.
 */
function triggersOf(stack: Stack, recorded: RegExp): Record<string, string> {
  const resources = Object.values(stack.resource).flatMap((all) => Object.entries(all));
  return Object.fromEntries(
    resources
      .filter(([name]) => recorded.test(name))
      .map(([name, { triggers, triggers_replace }]) => [name, fingerprint(name, triggers ?? triggers_replace ?? {})]),
  );
}

/**
 * `KEY:HASH KEY:HASH …`; host scripts are the preflight's business alone, and different in each release. The library's name is each
 * package's own.
 */
function fingerprint(name: string, triggers: Readonly<Record<string, string>>): string {
  return Object.entries(triggers)
    .filter(([key]) => !(key === "scripts" && name.includes("_preflight_")) && key !== "library")
    .map(([key, value]) => `${key}:${createHash("sha256").update(value).digest("hex").slice(0, 6)}`)
    .sort()
    .join(" ");
}

const PROGRAMS: Readonly<Record<string, () => Record<string, string>>> = {
  "two-hosts": () => triggersOf(synthesizeExample(), /^(host1|edge_host1|zato_host1)_/),
  everything: () => triggersOf(synthesizeEverything(folder()) as Stack, /^(?!.*host2_)/),
};

test.each(Object.keys(PROGRAMS))(
  "no trigger of %s has changed, which would re-create in the next deploy of every user what serves traffic",
  (program) => {
    // GIVEN
    const triggers = PROGRAMS[program]!();
    const record = join(__dirname, `${program}.triggers.json`);
    if (process.env.UPDATE_ADDRESSES === "1") {
      writeFileSync(record, JSON.stringify(triggers, undefined, 2) + "\n");
    }

    // WHEN
    const recorded = JSON.parse(readFileSync(record, "utf8")) as Record<string, string>;
    const changed = Object.entries(triggers).flatMap(([name, now]) => {
      const before = new Set(recorded[name]?.split(" "));
      const differing = now.split(" ").filter((entry) => !before.has(entry));
      return differing.length > 0 ? [`${name}: ${differing.map((entry) => entry.split(":")[0]).join(", ")}`] : [];
    });

    // THEN
    expect({
      "re-created; if that is meant, say so in the changelog, and run UPDATE_ADDRESSES=1 npx jest test/contract":
        changed,
    }).toEqual({
      "re-created; if that is meant, say so in the changelog, and run UPDATE_ADDRESSES=1 npx jest test/contract": [],
    });
    expect(triggers).toEqual(recorded);
  },
);

test("another release's host scripts re-create the preflight of a host, and nothing else", () => {
  const resources = Object.values(synthesizeExample().resource).flatMap((all) => Object.entries(all));
  const scripts = resources.flatMap(([, { triggers }]) => triggers?.scripts ?? []);
  expect(scripts).toHaveLength(2);
  const holders = resources.filter(([, { triggers = {} }]) =>
    Object.values(triggers).some((value) => scripts.some((hash) => value.includes(hash))),
  );
  expect(holders.map(([name]) => name.replace(/_\w{8}$/, "")).sort()).toEqual(["host1_preflight", "host2_preflight"]);
});
