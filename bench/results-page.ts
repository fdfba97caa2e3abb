import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { format, resolveConfig } from "prettier";

const FILE = path.join(__dirname, "RESULTS.md");

/** Puts a section of the page of results in place of the one that is there; the others are other commands'. */
export async function writeSection(heading: string, text: string): Promise<void> {
  const [top, ...sections] = readFileSync(FILE, "utf8").split(/^(?=## )/m);
  const place = sections.findIndex((section) => section.startsWith(`## ${heading}\n`));
  sections.splice(place < 0 ? sections.length : place, 1, `## ${heading}\n\n${text}\n`);
  const style = await resolveConfig(FILE);
  writeFileSync(FILE, await format([top, ...sections].join(""), { ...style, parser: "markdown" }));
  console.log(`written to ${path.relative(process.cwd(), FILE)}`);
}
