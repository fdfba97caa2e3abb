import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { hostScripts } from "../../lib/remote/host-scripts";

const REMOTE = join(__dirname, "..", "..", "lib", "remote");

/** The kinds of the layers above; that of a host itself is remote's own. */
const KINDS = hostScripts()
  .filter(({ target, source }) => dirname(target) === "kinds" && !source.startsWith(REMOTE))
  .map(({ target }) => basename(target, ".sh"));

/** Ids of constructs, which are the library's own name, and Terraform's addresses. */
const IDS = /"zato-(hosts|host-scripts|document)"/g;

/** What the layers above install, be it by name, account or place. */
const THEIRS =
  /postgres|mysql|haproxy|keepalived|gunicorn|enmasse|scheduler|web-?admin|\bodb\b|(?<![a-z])(?<!cdkt[fn]-)zato/i;

/** A kind where one stands: compared, chosen, or as part of a place; in TypeScript as a text. */
const NAME = `(?:${KINDS.join("|")})`;
const A_KIND = {
  sh: new RegExp(`(?:=|kinds/|components/|F|\\.sh"?) ?"?${NAME}(?![\\w-])|^\\s*(?:${NAME} \\| )*${NAME}\\)`),
  ts: new RegExp(`["'\`]${NAME}["'\`]`),
};

/** Without comments, which may say for whom something is good. */
const CODE = {
  sh: (text: string) => text.replace(/^\s*#.*$/gm, "").replace(/\s# .*$/gm, ""),
  ts: (text: string) => text.replace(/\/\*[^]*?\*\//g, "").replace(/\/\/ .*/g, ""),
};

function namesTheirs(line: string, language: "sh" | "ts"): boolean {
  return THEIRS.test(line.replace(IDS, "")) || A_KIND[language].test(line);
}

/** Lines of remote's own files. */
function found(language: "sh" | "ts"): string[] {
  const files = (readdirSync(REMOTE, { recursive: true }) as string[]).filter((file) => file.endsWith(`.${language}`));
  return files.flatMap((file) =>
    CODE[language](readFileSync(join(REMOTE, file), "utf8"))
      .split("\n")
      .filter((line) => namesTheirs(line, language))
      .map((line) => `${file}: ${line.trim()}`),
  );
}

test("the layer that brings desired state to hosts knows nothing of what the layers above bring", () => {
  expect([...found("ts"), ...found("sh")]).toEqual([]);
});

test.each([
  ['chown -hR root:zato "$1"', "sh"],
  ["as_zato bash -c 'kill -KILL -1'", "sh"],
  ['rmdir "$ZATO_HOME/env" /etc/zato', "sh"],
  ["zato-*) return 0 ;;", "sh"],
  ["'keepalived passwd keepalived_script'", "sh"],
  ["rmdir /etc/postgresql", "sh"],
  ['[ "$kind" = content ]', "sh"],
  ['[ "$kind" != firewall ] || fail "no"', "sh"],
  ["grep -qsxF firewall /var/lib/cdktf-zato/components/one/kind", "sh"],
  ['bash "$scripts/remove.sh" firewall one', "sh"],
  ["    server | odb) start ;;", "sh"],
  ['if (component.kind === "content") {', "ts"],
  ['const path = "/opt/zato/env";', "ts"],
] as const)("a line like this would be found: %s", (line, language) => {
  expect(KINDS.length).toBeGreaterThan(8);
  expect(namesTheirs(line, language)).toBe(true);
});
