import { readdirSync, readFileSync } from "node:fs";
import { runInside } from "./inside";
import { runOrThrow } from "./process";

/**
 * Sets the machine's end of a container's network cable up or down. Unlike `docker network disconnect` this leaves the
 * container's own addresses and routes as they are: its end only has no carrier any more.
 */
export async function setLink(container: string, state: "up" | "down"): Promise<void> {
  await runOrThrow("ip", ["link", "set", "dev", await machineEnd(container), state]);
}

async function machineEnd(container: string): Promise<string> {
  const peer = (await runInside(container, ["cat", "/sys/class/net/eth0/iflink"])).stdout.trim();
  const name = readdirSync("/sys/class/net").find((device) => interfaceIndex(device) === peer);
  if (name === undefined) {
    throw new Error(
      `the network cable of ${container} is not to be found: does the Docker daemon run on another machine?`,
    );
  }
  return name;
}

function interfaceIndex(device: string): string | undefined {
  try {
    return readFileSync(`/sys/class/net/${device}/ifindex`, "utf8").trim();
  } catch {
    return undefined; // gone in the meantime
  }
}
