import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Result } from "../result";
import { compare } from "./comparison";
import { plainPair, renderedPair, type Pair } from "./pairs";
import { startAll } from "./processes";

/** Both pairs on loopback, in front of servers that answer at once: what our rules cost where nothing else does. */
export async function compareOnLoopback(): Promise<Result[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "cdktf-zato-traffic-"));
  try {
    return [...(await compareRendered(false, folder)), ...(await compareRendered(true, folder))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compareRendered(memberTls: boolean, folder: string): Promise<Result[]> {
  const [ours, plain] = [renderedPair(folder, memberTls), plainPair(folder, memberTls)];
  const stop = await startAll([ours.servers, ...[ours, plain].flatMap((pair: Pair) => pair.layers)], folder);
  try {
    return await compare({
      ours: `127.0.0.1:${ours.port}`,
      plain: `127.0.0.1:${plain.port}`,
      where: `servers that answer at once, ${memberTls ? "with" : "without"} TLS to the clusters`,
      hasGoals: false,
    });
  } finally {
    await stop();
  }
}
