import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..", "..");

/** A block of code on a page. */
export interface PageBlock {
  /** The page, as a path from the root of the repository. */
  readonly page: string;
  /** The line of the page that the code begins on, from 1. */
  readonly line: number;
  readonly language: string;
  /** The comment before it, without its marks. */
  readonly comment: string;
  readonly code: string;
}

/** README.md, and what lies in docs/. */
export const PAGES = ["README.md", ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith(".md"),
);

/** The text of a page. */
export function textOf(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}

/** The blocks of code on all pages, in their order. */
export function pageBlocks(): PageBlock[] {
  return PAGES.flatMap((page) => {
    const text = textOf(page);
    return [...text.matchAll(/(?:<!-- ([^>]*) -->\n\n)?^ *```(\w+)\n([^]*?)^ *```$/gm)].map((match) => {
      const [whole, comment = "", language = "", code = ""] = match;
      const line = text.slice(0, match.index + whole.indexOf("```")).split("\n").length + 1;
      return { page, line, language, comment, code };
    });
  });
}
