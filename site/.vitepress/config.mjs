// The documentation as a site: README.md, docs/, the examples' READMEs and the generated reference, as they are. `npm run docs:site`
// builds it, `npm run test:site` looks at it in a browser.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { defineConfig } from "vitepress";

const ROOT = path.join(import.meta.dirname, "..", "..");
const { version } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
const SOURCES = "https://github.com/cdktf-zato/cdktf-zato/blob/main/";

/** Pages of docs/ in the sidebar; those that nobody has put anywhere come last. */
const GROUPS = {
  Begin: ["getting-started", "requirements", "image", "existing-clusters", "taking-over", "faq", "tested-with"],
  Declare: ["content", "load-balancers", "aws", "environments", "testing-your-program", "bring-your-own-load-balancer"],
  Operate: [
    "reading-a-plan",
    "operations",
    "monitoring",
    "alarms",
    "troubleshooting",
    "security",
    "failures",
    "sizing-and-cost",
    "upgrading",
  ],
  Understand: ["decisions", "architecture", "zato", "zato-3.3-tried", "zato-4.1-tried"],
};

const pages = readdirSync(path.join(ROOT, "docs"))
  .filter((name) => name.endsWith(".md"))
  .map((name) => name.replace(/\.md$/, ""));
const others = pages.filter((page) => !Object.values(GROUPS).flat().includes(page));
const examples = readdirSync(path.join(ROOT, "examples")).map((name) => `examples/${name}/README`);

export default defineConfig({
  lang: "en",
  title: "cdktf-zato",
  description: "Highly available Zato on two or more machines, declared with CDKTF",
  head: [["link", { rel: "icon", href: "data:," }]],
  srcDir: "..",
  srcExclude: ["!(README|CHANGELOG).md", "!(docs|examples)/**/*.md", "**/node_modules/**"],
  rewrites: { "README.md": "index.md", "examples/:name/README.md": "examples/:name/index.md" },
  outDir: path.join(import.meta.dirname, "dist"),
  cacheDir: path.join(import.meta.dirname, "cache"),
  markdown: {
    anchor: { slugify: anchorOf },
    config: (markdown) => {
      markdown.core.ruler.push("links", followLinks);
      markdown.renderer.rules.html_block = withoutHtml;
      markdown.renderer.rules.html_inline = withoutHtml;
    },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Getting started", link: "/docs/getting-started" },
      { text: "Reference", link: "/docs/api/" },
      {
        text: version,
        items: [
          { text: "Changes", link: "/CHANGELOG" },
          { text: "Upgrading", link: "/docs/upgrading" },
          { text: "Other versions", link: "https://www.npmjs.com/package/cdktf-zato?activeTab=versions" },
        ],
      },
    ],
    sidebar: [
      ...Object.entries({ ...GROUPS, Maintain: others }).map(([text, names]) => ({
        text,
        items: names.filter((name) => pages.includes(name)).map((name) => item(`docs/${name}`)),
      })),
      { text: "Examples", collapsed: true, items: examples.map(item) },
      { text: "API reference", link: "/docs/api/" },
    ],
  },
});

function item(page) {
  const [, title] = /^# (.*)$/m.exec(readFileSync(path.join(ROOT, `${page}.md`), "utf8"));
  return { text: title.replaceAll("`", ""), link: `/${page.replace(/README$/, "")}` };
}

/** As GitHub makes them of headings, so that links work on both. */
function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

/** Pages have comments, and line ends in tables. What looks like a tag otherwise is text. */
function withoutHtml(tokens, index) {
  return tokens[index].content.replace(/<!--[^]*?-->/g, "").replace(/<(?!br ?\/?>)/g, "&lt;");
}

/** Links to what is no page of the site lead to the repository. */
function followLinks({ tokens, env }) {
  for (const { children } of tokens) {
    for (const token of children?.filter(({ type }) => type === "link_open") ?? []) {
      token.attrSet("href", targetOf(token.attrGet("href"), path.posix.dirname(env.relativePath)));
    }
  }
}

function targetOf(href, folder) {
  if (/^([a-z]+:|#|\/)/.test(href)) {
    return href;
  }
  const [file, anchor] = href.split("#");
  const target = path.posix.join(folder, file);
  if (!/^(README|CHANGELOG|(docs|examples)\/.*)\.md$/.test(target)) {
    return SOURCES + target;
  }
  return [file.replace(/README\.md$/, "index.md"), ...(anchor === undefined ? [] : [anchor])].join("#");
}
