import { createServer } from "node:net";

/** The first port of this machine's loopback, from one on, that nothing listens on; nothing where there is none. */
export async function freePort(first: number, last = 65535): Promise<number | undefined> {
  for (let port = first; port <= last; port++) {
    if (await isFree(port)) {
      return port;
    }
  }
  return undefined;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
