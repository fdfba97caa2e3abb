"use strict";

// Each relative link on a page of the package leads to a file of the package.

const { existsSync, readdirSync, readFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { name } = require("cdktf-zato/package.json");

const root = join("node_modules", name);
const pages = readdirSync(root, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith(".md"));
const links = pages.flatMap((page) =>
  [
    ...readFileSync(join(root, page), "utf8")
      .replace(/^ *```[^]*?^ *```$/gm, "")
      .replace(/`[^`\n]+`/g, "")
      .matchAll(/\]\((?!https?:|#)([^)#\s]+)/g),
  ].map(([, link]) => ({ page, link })),
);
const dead = links.filter(({ page, link }) => !existsSync(join(root, dirname(page), link)));
if (pages.length < 20 || links.length < 50 || dead.length > 0) {
  throw new Error(
    `${pages.length} pages, ${links.length} links, of these dead: ${dead.map(({ page, link }) => `${page}: ${link}`).join(", ")}`,
  );
}
console.log(`${links.length} links on ${pages.length} pages of the package, none of them dead`);
