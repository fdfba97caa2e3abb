import { Fn } from "cdktf";
import { mapText, TextChange } from "./terraform-text";

/**
 * What a host is told of a component: short values, and whole files. The host's scripts read it; nothing in it is
 * ever run by a shell.
 */
export interface ManifestEntries {
  /** Values by name. */
  readonly parameters: Readonly<Record<string, string>>;

  /**
   * Texts of files by name.
   *
   * @default - no files
   */
  readonly files?: Readonly<Record<string, string>>;
}

/** Each line but the first begins with a bar. */
const MARKED_LINES: TextChange = {
  literal: (text) => text.replaceAll("\n", "\n|"),
  expression: (token) => Fn.replace(token, "\n", "\n|"),
};

const ENTRY_NAME = /^[a-z][a-z0-9_.-]*$/;

/**
 * Renders the one text that carries a component to its host: an entry begins with `@param NAME` or `@file NAME`,
 * each of its lines with `|`, so that no content can be taken for structure. `host-scripts/lib/manifest.sh` reads it.
 *
 * @throws Error when an entry's name is not lower-case letters, digits and `_ . -`, or a text holds a NUL
 */
export function renderManifest({ parameters, files = {} }: ManifestEntries): string {
  return [
    ...Object.entries(parameters).map(([name, value]) => entry("param", name, value)),
    ...Object.entries(files).map(([name, text]) => entry("file", name, text)),
    "@end\n",
  ].join("");
}

function entry(type: "param" | "file", name: string, text: string): string {
  if (!ENTRY_NAME.test(name)) {
    throw new Error(`'${name}' cannot name a manifest entry; use lower-case letters, digits and '_ . -'`);
  }
  if (text.includes("\0")) {
    throw new Error(`the manifest entry '${name}' holds a NUL character; text files cannot`);
  }
  return `@${type} ${name}\n|${mapText(text, MARKED_LINES)}\n`;
}
