import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** What a server has seen of a request. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly connection: number;
  /** Whether the connection ended before there was an answer. */
  abandoned: boolean;
}

/** What a server does with a request: answers with a status, never, later, or ends the connection. */
export type Behaviour = number | "slow" | "close";

/** In place of a Zato server: notes each request, and does with it what the request's path says: `/500`, `/slow`, `/close`. */
export class CountingServer {
  public readonly requests: SeenRequest[] = [];
  public connections = 0;
  /** Statuses by path, in place of what the path says. */
  public readonly statuses = new Map<string, number>();

  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly name: string) {
    // As gunicorn does it, unless it is told otherwise.
    this.server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => this.handle(request, response));
    this.server.on("connection", (socket) => {
      this.connections++;
      this.sockets.add(socket);
      Object.assign(socket, { number: this.connections });
      socket.once("close", () => this.sockets.delete(socket));
      socket.on("error", () => undefined);
    });
  }

  public static async start(name: string, port: number): Promise<CountingServer> {
    const counting = new CountingServer(name);
    await new Promise<void>((resolve) => counting.server.listen(port, "127.0.0.1", resolve));
    return counting;
  }

  /** Requests for a path, without health checks. */
  public countOf(path: string): number {
    return this.requests.filter(({ url }) => url === path).length;
  }

  public forget(): void {
    this.requests.length = 0;
    this.connections = 0;
  }

  public async stop(): Promise<void> {
    this.sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => this.server.close(resolve));
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    const { method = "", url = "", rawHeaders } = request;
    if (url === "/zato/ping") {
      response.end("{}");
      return;
    }
    const headers = rawHeaders.flatMap((name, position) =>
      position % 2 === 0 ? [[name.toLowerCase(), rawHeaders[position + 1]!] as const] : [],
    );
    const { number } = request.socket as Socket & { number: number };
    const seen: SeenRequest = { method, url, headers, connection: number, abandoned: false };
    this.requests.push(seen);
    response.on("close", () => (seen.abandoned = !response.writableFinished));
    request.resume();
    request.on("end", () => this.answer(url.split("?")[0]!.split("/")[1]!, request, response));
  }

  private answer(behaviour: string, request: IncomingMessage, response: ServerResponse): void {
    if (behaviour === "close") {
      request.socket.destroy();
    } else if (behaviour !== "slow") {
      response.writeHead(this.statuses.get(request.url!) ?? (Number(behaviour) || 200), { "x-server": this.name });
      response.end(request.method === "HEAD" ? undefined : "answer");
    }
  }
}
