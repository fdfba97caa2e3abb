import { SettingChange } from "./plan-changes";
import { effectOf } from "./plan-effects";
import { PlannedPart } from "./plan-parts";

/** Why something happens to a part: what of it has changed. */
export interface Cause {
  /** What it is called: `workers`, `unit`, `odb_password`. */
  readonly setting: string;
  /** A short value; empty for none. Not of secrets, of long texts, of what Terraform does not know yet. */
  readonly before?: string;
  /** The same of what it becomes. */
  readonly after?: string;
  /** Of a long text: how many lines come and go. */
  readonly lines?: { readonly added: number; readonly removed: number };
  /** Of a file of systemd's, or an environment: the names of what differs in it. */
  readonly entries?: readonly string[];
  /** Whether it is a secret that has another version. */
  readonly isSecret: boolean;
}

/** Of longer values nothing is told but that they are others. */
const SHORT = 40;

/** What settings are called whose names say nothing. */
const WORDS: Readonly<Record<string, string>> = { sha256: "archive", owned: "declared objects" };

/** Files that consist of `NAME=VALUE`. */
const OF_ENTRIES = ["file_unit", "file_vrrp_unit", "file_timer", "file_environment"];

/** Of the hash of a file nothing can be read but that it is another one. */
const HASH = /^[0-9a-f]{16,64}$/;

/** What has changed of a part, without what could have changed and nothing would happen to it. */
export function causesOf({ kind, effect, settings }: PlannedPart): Cause[] {
  const guilty = settings.filter((setting) => kind === "host" || effectOf(kind, setting) === effect);
  const causes = (guilty.length > 0 ? guilty : settings).flatMap(causesIn);
  causes.sort((a, b) => Number(a.lines !== undefined) - Number(b.lines !== undefined));
  return causes.filter(({ setting }, index) => causes.findIndex((other) => other.setting === setting) === index);
}

/** One cause in words. */
export function tell(cause: Cause): string {
  const { setting, before, after, lines, entries = [], isSecret } = cause;
  if (isSecret) {
    return `another version of the secret ${setting}`;
  }
  if (lines) {
    const within = entries.length > 0 ? ` (${entries.join(", ")})` : "";
    return `${setting} +${lines.added} -${lines.removed} lines${within}`;
  }
  return before === undefined || after === undefined
    ? `${setting}: another one`
    : `${setting}: ${before || "none"} → ${after || "none"}`;
}

function causesIn({ name, before, after, secrets, isUnknown }: SettingChange): Cause[] {
  const isPath = name.includes("/");
  const setting =
    WORDS[name] ?? (isPath ? name : name.replace(/^(file_|host_(?=revision|key))/, "").replaceAll("_", " "));
  if (secrets.length > 0) {
    return secrets.map((secret) => ({ setting: secret, isSecret: true }));
  }
  const [was, is] = [before ?? "", after ?? ""];
  const isFile = name.startsWith("file_") || was.includes("\n") || is.includes("\n");
  if (isUnknown || HASH.test(was) || HASH.test(is) || (!isFile && Math.max(was.length, is.length) > SHORT)) {
    return [{ setting, isSecret: false }];
  }
  if (!isFile) {
    return [{ setting, before: was, after: is, isSecret: false }];
  }
  const [removed, added] = difference(was, is);
  const entries = OF_ENTRIES.includes(name) ? differingEntries(name, removed, added) : [];
  const lines = { added: added.length, removed: removed.length };
  return [{ setting, lines, ...(entries.length > 0 && { entries }), isSecret: false }];
}

/** Lines that are in one text alone, wherever in it. */
function difference(before: string, after: string): [removed: string[], added: string[]] {
  const linesOf = (text: string): string[] => (text === "" ? [] : text.split("\n"));
  const without = (lines: string[], others: string[]): string[] => {
    const left = new Map<string, number>();
    others.forEach((line) => left.set(line, (left.get(line) ?? 0) + 1));
    return lines.filter((line) => {
      const count = left.get(line) ?? 0;
      left.set(line, count - 1);
      return count <= 0;
    });
  };
  const [was, is] = [linesOf(before), linesOf(after)];
  return [without(was, is), without(is, was)];
}

/** Names, and of a unit's also values that are short: an environment is the user's own. */
function differingEntries(file: string, removed: readonly string[], added: readonly string[]): string[] {
  const entries = (lines: readonly string[]): Map<string, string> =>
    new Map(
      lines.flatMap((line) => {
        const at = line.indexOf("=");
        return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
      }),
    );
  const [was, is] = [entries(removed), entries(added)];
  return [...new Set([...was.keys(), ...is.keys()])].map((name) => {
    const values = [was.get(name) ?? "", is.get(name) ?? ""];
    const isTold = file !== "file_environment" && values.every((value) => value.length <= SHORT);
    return isTold ? `${name}: ${values.map((value) => value || "none").join(" → ")}` : name;
  });
}
