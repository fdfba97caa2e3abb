import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { anyText } from "../support/arbitraries";
import { bash, BashResult, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

/** Runs with the secrets library; files belong to whoever runs the tests, since only root could give them away. */
function withSecrets(program: string): BashResult {
  return bash(
    `. "$1/lib/manifest.sh"; . "$1/lib/files.sh"; record() { :; }; . "$1/lib/secrets.sh"
     cd "$2"; work=$2; entries=$2/entries; staged=$2/staged
     eval "original_$(declare -f install_file)"
     install_file() { original_install_file "$1" "$2" "$3" "$(id -un)"; }
     fail() { echo "failed: $1"; exit 1; }
     ${program}`,
    [HOST_SCRIPTS, folder()],
  );
}

function declare(lines: string): void {
  mkdirSync(join(folder(), "entries", "param"), { recursive: true });
  writeFileSync(join(folder(), "entries", "param", "secrets"), lines);
}

const stored = (name: string): string => readFileSync(join(folder(), "secrets", name), "utf8");

test("a random key is one that Fernet takes: 32 bytes in URL-safe base64", () => {
  const keys = Array.from({ length: 5 }, () => withSecrets("random_key").stdout);
  for (const key of keys) {
    expect(key).toMatch(/^[A-Za-z0-9_-]{43}=$/);
    expect(Buffer.from(key, "base64url")).toHaveLength(32);
  }
  expect(new Set(keys).size).toBe(5);
});

test("a generated secret is made once, and for its owner alone", () => {
  declare("secret_key generated");
  withSecrets('install_secrets "$2/secrets" "$staged"');
  const first = stored("secret_key");
  withSecrets('install_secrets "$2/secrets" "$staged"');
  expect(stored("secret_key")).toBe(first);
  expect(statSync(join(folder(), "secrets", "secret_key")).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder(), "secrets")).mode & 0o777).toBe(0o700);
});

test.each([
  ["generated", "generated 2"],
  ["generated 2", "generated 3"],
  ["generated 2", "generated of spring"],
  ["generated 2", "generated"],
])("a generated secret changes with its version, once: from '%s' to '%s'", (before, after) => {
  const install = (source: string): string => {
    declare(`key ${source}`);
    expect(withSecrets('install_secrets "$2/secrets" "$staged"').status).toBe(0);
    return stored("key");
  };
  const first = install(before);
  expect(install(before)).toBe(first);
  const second = install(after);
  expect(second).not.toBe(first);
  expect(install(after)).toBe(second);
  expect(statSync(join(folder(), "secrets")).mode & 0o777).toBe(0o700);
});

test("a run that was cut off between a new value and the note of its version makes another one", () => {
  declare("key generated 2");
  withSecrets('install_secrets "$2/secrets" "$staged"; rm "$2/secrets/key.version"');
  const first = stored("key");
  withSecrets('install_secrets "$2/secrets" "$staged"');
  expect(stored("key")).not.toBe(first);
});

test("a salted hash tells the same from another, and two of the same apart", () => {
  const { stdout } = withSecrets(
    `echo one | salted_hash a >"$2/hash"; echo one | salted_hash b >"$2/other"; cmp -s "$2/hash" "$2/other" || echo differ
     for text in one two; do is_hash_of "$2/hash" echo $text && echo "is $text"; done
     is_hash_of "$2/nothing" echo one || echo nothing; grep -c one "$2/hash" || true`,
  );
  expect(stdout).toBe("differ\nis one\nnothing\n0\n");
});

test("a given secret is stored byte for byte, and what was staged is removed", () => {
  const [value] = fc.sample(
    anyText.filter((text) => text.length > 3),
    1,
  );
  declare("password given\nkey generated");
  writeFileSync(join(folder(), "staged.secret.password"), value!);
  expect(withSecrets('install_secrets "$2/secrets" "$staged"')).toMatchObject({ status: 0 });
  expect(stored("password")).toBe(value);
  expect(existsSync(join(folder(), "staged.secret.password"))).toBe(false);
});

test("another given value replaces the one before", () => {
  declare("password given");
  for (const value of ["one", "two"]) {
    writeFileSync(join(folder(), "staged.secret.password"), value);
    withSecrets('install_secrets "$2/secrets" "$staged"');
  }
  expect(stored("password")).toBe("two");
});

test.each([
  ["empty", ""],
  ["missing", undefined],
])("fails for a given secret that is %s", (_, value) => {
  declare("password given");
  if (value !== undefined) writeFileSync(join(folder(), "staged.secret.password"), value);
  expect(withSecrets('install_secrets "$2/secrets" "$staged"')).toMatchObject({
    status: 1,
    stdout: "failed: the secret 'password' is empty; set its Terraform variable\n",
  });
});

test("without secrets nothing is made", () => {
  declare("");
  expect(withSecrets('install_secrets "$2/secrets" "$staged"; ls -A "$2/secrets"').stdout).toBe("");
});
