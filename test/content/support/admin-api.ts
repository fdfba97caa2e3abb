import { spawn } from "node:child_process";
import { createServer, Server } from "node:http";
import { AddressInfo } from "node:net";
import { join } from "node:path";
import { PYTHON_SCRIPTS } from "../../support/bash";

/** A row that a get-list service answers with. */
export interface Row {
  readonly id: number;
  readonly name: string;
  readonly [field: string]: unknown;
}

/** A request to the admin API, as it arrived. */
export interface Invocation {
  readonly service: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly authorization: string;
}

/** How a command of `admin.py` ended. */
export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a test's server answers with in place of its rows. */
export interface Failure {
  readonly status: number;
  readonly body: string;
}

interface Envelope {
  readonly name: string;
  readonly payload: string;
  readonly all_pids: boolean;
}

/** An admin API as one server of Zato has it, with as many workers and rows as a test gives it. */
export class AdminApi {
  /** Rows by the prefix of their get-list service. */
  public readonly rows: Record<string, Row[]> = {};

  /** Members of groups, by the groups' ids. */
  public readonly members: Record<number, { readonly sec_type: string; readonly security_id: number }[]> = {};

  /** What each worker has loaded: hashes by the name of the service. */
  public workers: Record<string, string>[] = [{}];

  /** How the answers of all workers are put together; releases differ. */
  public shape: "list" | "list of texts" | "by process" = "list";

  /** Put around the answer of a get-list service, as some services do. */
  public wrapped = false;

  /** In place of an answer, by service. */
  public readonly failures: Record<string, Failure> = {};

  /** What services do that never answer. */
  public readonly silent: Record<string, () => void> = {};

  /** What it answers with to anybody, by path. */
  public readonly pages: Record<string, Failure> = {
    "/zato/ping": { status: 200, body: '{"pong":"zato","zato_env":{"result":"ZATO_OK"}}' },
  };

  /** What services answer with that are no lists, by name and the name that is asked for. */
  public readonly answers: Record<string, unknown> = {};

  /** Everything that was asked for, but for lists. */
  public readonly invocations: Invocation[] = [];

  private readonly server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (data: Buffer) => (body += data.toString()));
    request.on("end", () => {
      if (request.method === "GET") {
        const page = this.pages[request.url!] ?? { status: 404, body: "" };
        response.writeHead(page.status).end(page.body);
        return;
      }
      const envelope = JSON.parse(body) as Envelope;
      const failure = this.failures[envelope.name];
      if (failure) {
        response.writeHead(failure.status).end(failure.body);
        return;
      }
      const answer = this.answer(envelope, request.headers.authorization ?? "");
      const silent = this.silent[envelope.name];
      if (silent) {
        silent();
        return;
      }
      const encoded = answer === undefined ? "" : Buffer.from(JSON.stringify(answer)).toString("base64");
      response.end(JSON.stringify({ response: encoded, zato_env: { result: "ZATO_OK" } }));
    });
  });

  /** Where it listens: `127.0.0.1:40123`. */
  public get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Runs a command of `admin.py` against this server. */
  public run(passwordFile: string, ...command: string[]): Promise<CommandResult> {
    const words = ["-B", join(PYTHON_SCRIPTS, "admin.py"), `http://${this.address}`, passwordFile, ...command];
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

  /** Where it answers. */
  public get url(): string {
    return `http://${this.address}`;
  }

  private answer(envelope: Envelope, authorization: string): unknown {
    const request = JSON.parse(Buffer.from(envelope.payload, "base64").toString()) as Record<string, unknown>;
    if (envelope.all_pids) {
      return this.ofAllWorkers(envelope.name);
    }
    if (envelope.name === "zato.groups.get-member-list") {
      return this.members[request.group_id as number] ?? [];
    }
    if (!envelope.name.endsWith(".get-list")) {
      this.invocations.push({ service: envelope.name, request, authorization });
      return this.answers[`${envelope.name} ${String(request.name)}`];
    }
    const rows = (this.rows[envelope.name.slice(0, -".get-list".length)] ?? []).filter(
      ({ connection, transport, type_ }) =>
        connection === request.connection &&
        (transport ?? "plain_http") === (request.transport ?? "plain_http") &&
        type_ === request.type_,
    );
    if (request.type_ !== undefined) {
      return { _meta: {}, response: rows };
    }
    return this.wrapped ? { [`${envelope.name.replace(/[.-]/g, "_")}_response`]: rows } : rows;
  }

  private ofAllWorkers(service: string): unknown {
    const answers = this.workers.map((loaded) => (service === "zato.ping" ? { pong: "zato" } : loaded));
    switch (this.shape) {
      case "list":
        return answers;
      case "list of texts":
        return answers.map((answer) => JSON.stringify(answer));
      case "by process":
        return Object.fromEntries(
          answers.map((answer, index) => [1000 + index, { is_ok: true, pid: 1000 + index, pid_data: answer }]),
        );
    }
  }
}
