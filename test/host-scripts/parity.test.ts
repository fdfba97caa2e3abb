import { join } from "node:path";
import { renderManifest } from "../../lib/remote/manifest";
import { bash, BashResult, temporaryFolder } from "../support/bash";
import { PLACES } from "../support/places";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();

/** A cluster whose servers tell this table of what is not as declared, or cannot be asked. */
function host(table: string | undefined): Sandbox {
  const sandbox = new Sandbox(folder());
  const parameters = { ...PLACES, host: "host1", cluster: "a", servers: "here 1" };
  sandbox.write(
    "/var/lib/cdktf-zato/components/a-content/manifest",
    renderManifest({ parameters, files: { expected: "{}" } }),
  );
  sandbox.define(`for_zato() { printf '%s' "$1"; }; admin() { ${table === undefined ? "false" : `printf '%s' '${table}'; [ -z '${table}' ]`}; }`); // prettier-ignore
  return sandbox;
}

const ask = (sandbox: Sandbox, step: string): BashResult => sandbox.run("parity.sh", "a-content", step, "zato.content");

test("a cluster that is as declared says so, and passes", () => {
  const sandbox = host("");
  expect(ask(sandbox, "ask")).toMatchObject({ status: 0, stdout: expect.stringContaining("as declared") as string });
  expect(ask(sandbox, "decide").status).toBe(0);
});

test("one that is not shows what differs, and fails when all have been asked, with the way out", () => {
  const sandbox = host("cache/A  nothing  there");
  expect(ask(sandbox, "ask")).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("cache/A  nothing") as string,
  });
  const { status, stdout } = ask(sandbox, "decide");
  expect(status).toBe(1);
  expect(stdout).toContain(
    "the cluster a is not as declared; bring it back, by terraform or tofu: apply -replace='zato.content'",
  );
});

test("what terminals obey is not among what is shown", () => {
  const { stdout } = ask(host("cache/\x1b[2J\x07\u009b31mÄ\r  nothing\tthere"), "ask");
  expect(stdout).toMatch(/^ {4}cache\/\[2J31mÄ {2}nothing\tthere$/m);
});

test("one that is as declared again passes", () => {
  const sandbox = host("cache/A");
  ask(sandbox, "ask");
  sandbox.define("admin() { :; }");
  expect(ask(sandbox, "ask").status).toBe(0);
  expect(ask(sandbox, "decide").status).toBe(0);
});

test("one that cannot be asked fails at once", () => {
  expect(ask(host(undefined), "ask").stdout).toContain("the cluster a cannot be asked what it runs");
});

test("one is asked when no other run on its host may be restarting its servers", () => {
  const sandbox = host("");
  sandbox.note("take_lock");
  bash('exec bash "$@"', [join(sandbox.scripts, "parity.sh"), "a-content", "ask", "zato.content"]);
  expect(sandbox.calls.map((call) => call.trim())).toEqual(["take_lock"]);
});
