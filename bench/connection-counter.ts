import { once } from "node:events";
import { AddressInfo, createServer, Server } from "node:net";

/** Stands at the SSH port of some addresses, counts who comes, and lets nobody in. */
export class ConnectionCounter {
  /** Listens on the same free port of all addresses. */
  public static async listen(addresses: readonly string[]): Promise<ConnectionCounter> {
    const counter = new ConnectionCounter();
    for (const address of addresses) {
      await counter.listen(address);
    }
    return counter;
  }

  /** The port. */
  public port = 0;

  private readonly servers: Server[] = [];
  private readonly visited = new Map<string, number>();

  private constructor() {}

  /** The connections since the last {@link reset}, to all addresses. */
  public get connections(): number {
    return [...this.visited.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The number of addresses that somebody connected to since then. */
  public get addressesReached(): number {
    return this.visited.size;
  }

  /** Forgets all connections. */
  public reset(): void {
    this.visited.clear();
  }

  /** Stops listening. */
  public close(): void {
    this.servers.forEach((server) => server.close());
  }

  private async listen(address: string): Promise<void> {
    const server = createServer((socket) => {
      this.visited.set(address, (this.visited.get(address) ?? 0) + 1);
      socket.on("error", () => undefined).destroy();
    });
    this.servers.push(server);
    server.listen(this.port, address);
    await once(server, "listening");
    this.port = (server.address() as AddressInfo).port;
  }
}
