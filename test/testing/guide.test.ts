import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");

test.each([
  ["bring-your-own-load-balancer.md", "acme-load-balancer.ts"],
  ["bring-your-own-load-balancer.md", "acme-load-balancer.test.ts"],
  ["testing-your-program.md", "production.ts"],
  ["testing-your-program.md", "production.test.ts"],
])("the guide %s has %s as it is tested here", (guide, file) => {
  const page = readFileSync(join(ROOT, "docs", guide), "utf8");
  const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);
  expect(blocks).toContain(readFileSync(join(__dirname, "guide", file), "utf8"));
});
