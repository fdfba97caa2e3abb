import { readFileSync } from "node:fs";
import { join } from "node:path";

const GUIDE = readFileSync(join(__dirname, "..", "..", "docs", "bring-your-own-load-balancer.md"), "utf8");

test.each(["acme-load-balancer.ts", "acme-load-balancer.test.ts"])("the guide has %s as it is tested here", (file) => {
  const blocks = [...GUIDE.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);
  expect(blocks).toContain(readFileSync(join(__dirname, "guide", file), "utf8"));
});
