import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { DeclaredStack } from "../../lib/cli/declared-stack";
import { temporaryFolder } from "../support/bash";
import { parseManifest } from "../support/manifest";

const ROOT = join(__dirname, "..", "..");

const folder = temporaryFolder();

jest.setTimeout(60_000);

test("examples/content declares the same for both clusters", () => {
  // WHEN
  const program = join(ROOT, "examples", "content", "main.ts");
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", program], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, CDKTF_OUTDIR: folder(), CONTENT_SETTINGS: undefined },
  });

  // THEN
  expect({ status, stderr }).toMatchObject({ status: 0 });
  const stack = new DeclaredStack(join(folder(), "stacks", "content"));
  const contents = stack.document.components.filter(({ kind }) => kind === "content");
  const [first, second] = contents.map((content) => parseManifest(stack.manifestOf(content)));
  expect(contents.map(({ name }) => name)).toEqual(["host1-content", "host2-content"]);
  expect(first?.files).toEqual(second?.files);
  expect(first?.parameters.owned?.split("\n")).toEqual([
    "basic_auth/Partner",
    "channel_rest/Orders",
    "outconn_sql/Audit",
    "outconn_sql/Billing",
    "outconn_sql/Stock",
    "scheduler/Heartbeat",
    "service/heartbeat.beat",
    "service/orders.list",
    "service/stock.count",
  ]);
});
