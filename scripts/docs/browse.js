"use strict";

// browse.js: opens each page of the built site in a real browser, as wide as a phone, and says what is wrong: a link that leads
// nowhere, an anchor that is not there, what the browser complains of, what is wider than the screen. Then the search is tried, and
// the dark colours. Needs a browser of the family of Chromium, and `npm run docs:site` before.

const { existsSync, readdirSync } = require("node:fs");
const { extname, join } = require("node:path");
const { chromium } = require("playwright-core");

const SITE = join(__dirname, "..", "..", "site", ".vitepress", "dist");
const BROWSERS = ["/usr/bin/chromium", "/usr/bin/google-chrome"];
const WIDTH = 360;
/** No server has this name: what the browser asks it for is read from the folder, whatever happens to networks meanwhile. */
const ORIGIN = "http://site.test";
const QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const faults = [];

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

async function main() {
  const paths = readdirSync(SITE, { recursive: true })
    .map((file) => `/${file}`)
    .filter((file) => file.endsWith(".html") && file !== "/404.html")
    .sort();
  const browser = await chromium.launch({
    executablePath: BROWSERS.find((file) => existsSync(file)),
    args: ["--no-sandbox", ...QUIET],
  });
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 740 } });
  await page.route("**/*", answer);
  let current = "";
  page.on("console", (message) => message.type() === "error" && fault(current, `console: ${message.text()}`));
  page.on("pageerror", (error) => fault(current, `error: ${error.message}`));
  page.on(
    "response",
    (response) => response.status() >= 400 && fault(current, `${response.status()}: ${response.url()}`),
  );

  const seen = new Map();
  for (current of paths) {
    await page.goto(ORIGIN + current);
    await page.waitForFunction(isAlive);
    seen.set(current, await page.evaluate(look));
  }
  for (const [path, { width, links }] of seen) {
    if (width > WIDTH) fault(path, `is ${width} px wide`);
    for (const link of links) {
      const { pathname, hash } = new URL(link, ORIGIN + path);
      const target = seen.get(existingPath(decodeURIComponent(pathname)));
      if (target === undefined) fault(path, `links to ${pathname}, which is not there`);
      else if (hash && !target.ids.includes(decodeURIComponent(hash.slice(1)))) {
        fault(path, `links to ${pathname}${hash}, and there is no such place`);
      }
    }
  }

  current = "the search";
  await page.goto(`${ORIGIN}/`);
  await page.waitForFunction(isAlive);
  const search = page.locator("input#localsearch-input");
  // A key that comes while the search itself is still being fetched is lost.
  for (let attempt = 0; attempt < 20 && !(await search.isVisible()); attempt++) {
    await page.keyboard.press("Control+k");
    await search.waitFor({ timeout: 3_000 }).catch(() => {});
  }
  await search.fill("restartedAt");
  await page
    .locator("#localsearch-list a")
    .first()
    .waitFor({ timeout: 60_000 })
    .catch(() => fault(current, "finds nothing"));

  current = "dark colours";
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(`${ORIGIN}/docs/operations.html`);
  const [background, text] = await page.evaluate(colours);
  if (!(background < 80 && text > 150)) fault(current, `text of ${text} on ${background}`);

  await browser.close();
  const links = [...seen.values()].reduce((sum, one) => sum + one.links.length, 0);
  console.log(faults.join("\n"));
  console.log(`${paths.length} pages, ${links} links, ${faults.length} faults`);
  process.exitCode = faults.length > 0 || paths.length < 20 ? 1 : 0;
}

function fault(where, what) {
  faults.push(`${where}: ${what}`);
}

/** Runs in the browser: whether the page's own program runs. */
function isAlive() {
  return document.querySelector("#app")?.__vue_app__ !== undefined;
}

/** Runs in the browser: where the page's own links lead, where others may lead to on it, and how far it can be scrolled sideways. */
function look() {
  return {
    width: document.documentElement.scrollWidth,
    ids: [...document.querySelectorAll("[id]")].map(({ id }) => id),
    links: [...document.querySelectorAll("a[href]")]
      .map((link) => link.href)
      .filter((link) => new URL(link).origin === location.origin),
  };
}

/** Runs in the browser: how light the page and its text are, 0 to 255. */
function colours() {
  const light = (element, property) => {
    const style = getComputedStyle(element);
    return Math.max(
      ...style[property]
        .match(/\d+(\.\d+)?/g)
        .slice(0, 3)
        .map(Number),
    );
  };
  return [light(document.body, "backgroundColor"), light(document.querySelector(".vp-doc p"), "color")];
}

function existingPath(path) {
  return [path, `${path}.html`, `${path}index.html`].find(
    (file) => file.endsWith(".html") && existsSync(join(SITE, file)),
  );
}

function answer(route) {
  const { origin, pathname } = new URL(route.request().url());
  const path = decodeURIComponent(pathname);
  const file = join(SITE, existingPath(path) ?? path);
  if (origin !== ORIGIN || !extname(file) || !existsSync(file)) {
    return route.fulfill({ status: 404 });
  }
  return route.fulfill({ path: file });
}
