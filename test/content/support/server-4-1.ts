import { spawn } from "node:child_process";
import { createServer, IncomingMessage, Server, ServerResponse } from "node:http";
import { AddressInfo } from "node:net";
import { join } from "node:path";
import { CommandResult, Row } from "./admin-api";

/** What was asked of a server's admin API, but for lists. */
export interface Asked {
  readonly service: string;
  readonly request: Readonly<Record<string, unknown>>;
}

/** What several servers of a cluster share. */
export class Odb41 {
  /** Rows by the prefix of their get-list service. */
  public readonly rows: Record<string, Row[]> = {};

  /** Which file each server has had a service from. */
  public readonly deployments: { readonly server_name: string; readonly service_name: string; readonly fs_location: string }[] = []; // prettier-ignore
}

/**
 * A server of Zato 4.1, as it was seen to answer: one process, which knows of the ODB what it has read, and is told of files of services
 * one by one.
 */
export class Server41 {
  /** Hashes of what it has loaded, by service. */
  public loaded: Record<string, string> = {};

  /** What comes of a file that is deployed, by its path; of one that cannot be imported nothing does. */
  public readonly files: Record<string, Record<string, string>> = {};

  /** Channels that it knows, by path: who they let in, or how they answer. */
  public channels: Record<string, "secured" | "open" | "closes"> = {};

  /** What it answers by which its health is told. */
  public health = '{"is_ok":true, "cid":"1"}';

  /** In place of an answer, by service. */
  public readonly failures: Record<
    string,
    { readonly status: number; readonly body: string; readonly after?: () => void }
  > = {};

  /** Everything that was asked for, but for lists. */
  public readonly asked: Asked[] = [];

  /** Requests to channels: `GET /orders`. */
  public readonly requests: string[] = [];

  private readonly server: Server;

  constructor(
    private readonly scripts: string,
    public readonly odb = new Odb41(),
    private readonly password = "pass:word é",
  ) {
    this.server = createServer((request, response) => {
      let body = "";
      request.on("data", (data: Buffer) => (body += data.toString()));
      request.on("end", () => this.answer(request, body, response));
    });
  }

  /** Where it listens: `127.0.0.1:40123`. */
  public get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Runs a command of `admin.py` against it. */
  public run(passwordFile: string, ...command: string[]): Promise<CommandResult> {
    const words = ["-I", "-B", join(this.scripts, "admin.py"), `http://${this.address}`, passwordFile, ...command];
    return new Promise((resolve, reject) => {
      const child = spawn("python3", words, { env: { ...process.env, http_proxy: "http://127.0.0.1:9" } });
      let stdout = "";
      let stderr = "";
      child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
      child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
      child.on("error", reject);
      child.on("close", (status) => resolve({ status, stdout, stderr }));
    });
  }

  private answer(request: IncomingMessage, body: string, response: ServerResponse): void {
    const [, service] = /^\/zato\/api\/invoke\/(.+)$/.exec(request.url!) ?? [];
    if (service === undefined) {
      this.serve(request, response);
      return;
    }
    if (request.headers.authorization !== `Basic ${Buffer.from(`admin.invoke:${this.password}`).toString("base64")}`) {
      response.writeHead(401).end();
      return;
    }
    const failure = this.failures[service];
    if (failure) {
      failure.after?.();
      response.writeHead(failure.status).end(failure.body);
      return;
    }
    const answer = this.invoke(service, JSON.parse(body) as Asked["request"]);
    if (answer === undefined) {
      response.writeHead(400).end();
    } else {
      response.end(answer === "" ? "" : JSON.stringify(answer));
    }
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    if (request.url === "/zato/ping") {
      response.end(this.health);
      return;
    }
    this.requests.push(`${request.method!} ${request.url!}`);
    const channel = this.channels[request.url!];
    if (channel === "closes") {
      request.socket.destroy();
    } else {
      response.writeHead(channel === undefined ? 404 : channel === "secured" ? 401 : 200).end();
    }
  }

  /** Lists come without anything around them; an unknown service has no answer. */
  private invoke(service: string, request: Asked["request"]): unknown {
    if (service.endsWith(".get-list")) {
      return this.list(service.slice(0, -".get-list".length), request);
    }
    if (service === "cdktf-zato.inventory") {
      return "cdktf-zato.inventory" in this.loaded ? this.loaded : undefined;
    }
    this.asked.push({ service, request });
    const id = Number(request.id);
    switch (service) {
      case "demo.ping":
        return { is_ok: true, cid: "1" };
      case "zato.hot-deploy.create": {
        const services = this.files[request.payload_name as string] ?? {};
        Object.assign(this.loaded, services);
        return { services_deployed: Object.keys(services).map((_, index) => index + 1) };
      }
      case "zato.service.get-deployment-info-list":
        return this.odb.deployments;
      case "zato.server.invoker":
        return request.func_name === "reload_config" ? "" : undefined;
      default:
        return this.change(service, id);
    }
  }

  private list(prefix: string, request: Asked["request"]): unknown {
    return (this.odb.rows[prefix] ?? []).filter(
      ({ connection, transport }) =>
        connection === request.connection && (transport ?? "plain_http") === (request.transport ?? "plain_http"),
    );
  }

  private change(service: string, id: number): unknown {
    const [, prefix, verb] = /^(.*)\.(delete|change-password|ping)$/.exec(service) ?? [];
    const rows = this.odb.rows[prefix!];
    if (!rows?.some((row) => row.id === id)) {
      return undefined;
    }
    if (verb === "delete") {
      rows.splice(rows.findIndex((row) => row.id === id), 1); // prettier-ignore
      return "";
    }
    return verb === "ping" ? { id, response_time: "0.1" } : { id };
  }
}
