import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { askHost } from "../../lib/cli/ssh";
import type { DeclaredSsh } from "../../lib/document";
import { temporaryFolder } from "../support/bash";
import { HOST_KEY } from "../support/stack";

const folder = temporaryFolder();
const path = process.env.PATH;
const shell = process.env.SHELL;

afterEach(() => {
  process.env.PATH = path;
  process.env.SHELL = shell;
});

/** Puts an `ssh` before the real one that notes its words, each ended by a NUL. */
function noteWords(then: string): void {
  const bin = join(folder(), "bin");
  mkdirSync(bin, { recursive: true });
  const program = `printf '%s\\0' "$@" >>'${folder()}/words'\n${then}`;
  writeFileSync(join(bin, "ssh"), `#!/bin/sh\n${program}\n`);
  chmodSync(join(bin, "ssh"), 0o755);
  process.env.PATH = `${bin}:${path}`;
}

function wordsOf(): string[] {
  return readFileSync(join(folder(), "words"), "utf8").split("\0").slice(0, -1);
}

const HOST: DeclaredSsh = { address: "10.0.0.11", user: "ops", port: 22, hostKey: HOST_KEY, sudo: true };

/** The words that the `ssh` of the ProxyCommand gets, when the real ssh has had a shell run it. */
async function wordsToBastion(host: DeclaredSsh): Promise<string[]> {
  const real = spawnSync("sh", ["-c", "command -v ssh"], { encoding: "utf8", env: { PATH: path } }).stdout.trim();
  // The first one is the outer one, which becomes the real ssh; the second one is what its shell starts.
  noteWords(`if [ -z "\${INNER:-}" ]; then : >'${folder()}/words'; INNER=yes exec ${real} -F none "$@"; fi; exit 1`);
  await askHost(host, "drift.sh", "");
  return wordsOf();
}

/** User names as programs may have them: what `USER` in lib/host/ssh-access.ts lets through. */
const user = fc.oneof(
  fc.constantFrom("DOM\\user", "\\", "a\\", "a;id", "a&&b", "a|b", "(a)", "a*", "~", "#a", "a%h", "%%", "%r", "!x", "-oProxyCommand=x", "a>b"),
  fc.stringMatching(/^[!-~]{1,12}$/).filter((name) => !/[\s"'`${}]/.test(name)),
); // prettier-ignore

/** Key files as programs may have them: what Terraform takes literally. */
const keyFile = fc.oneof(
  fc.constantFrom("/home/a b/id", "/a'b", "/a;id", "/a#b", "/`id`", "/(a)", "/a&b", "/~/id", "/a\tb"),
  fc.stringMatching(/^\/[ -~]{1,20}$/).filter((file) => !/["$%\\]/.test(file)),
);

test("whatever user and key file are called, the bastion's ssh gets them as they are, and no shell reads them", async () => {
  process.env.SHELL = "/bin/false";
  await fc.assert(
    fc.asyncProperty(user, keyFile, async (name, key) => {
      const bastion = { address: "10.0.0.1", port: 2222, user: name, hostKey: HOST_KEY };
      const words = await wordsToBastion({ ...HOST, keyFile: key, bastion });
      expect(words.slice(-8)).toEqual(["-p", "2222", "-l", name, "-W", "[10.0.0.11]:22", "--", "10.0.0.1"]);
      expect(words).toContain(`IdentityFile="${key}"`);
      expect(words).toContain("IdentitiesOnly=yes");
    }),
    { numRuns: 25 },
  );
}, 60_000);

test("OpenSSH reads the names of its files as they are", async () => {
  await fc.assert(
    fc.asyncProperty(keyFile, async (key) => {
      noteWords(`exit 1`);
      writeFileSync(join(folder(), "words"), "");
      await askHost({ ...HOST, keyFile: key }, "drift.sh", "");
      const option = wordsOf().find((word) => word.startsWith("IdentityFile="))!;
      const { stdout } = spawnSync("ssh", ["-G", "-F", "none", "-o", option, "host"], {
        encoding: "utf8",
        env: { PATH: path, HOME: "/" },
      });
      expect(stdout.split("\n").filter((line) => line.startsWith("identityfile "))).toEqual([`identityfile ${key}`]);
    }),
    { numRuns: 15 },
  );
}, 60_000);

test("with an agent's key no key file is named, and others are not ruled out", async () => {
  noteWords("exit 1");
  await askHost(HOST, "drift.sh", "");
  expect(wordsOf().filter((word) => word.startsWith("Identit"))).toEqual([]);
});
