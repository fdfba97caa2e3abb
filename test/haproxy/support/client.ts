import { Agent, type IncomingHttpHeaders, request as httpRequest } from "node:http";
import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";

/** What came of a request; status 0 where the connection ended without an answer. */
export interface Answer {
  readonly status: number;
  readonly server: string;
  /** Names of its headers. */
  readonly headers: readonly string[];
}

const LOST: Answer = { status: 0, server: "", headers: [] };

/** Sends requests to one address. */
export interface Client {
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
  close(): void;
}

/** What a request carries. */
export interface SendOptions {
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** The client goes away after so many milliseconds. */
  readonly goesAfter?: number;
  /** The body comes so many milliseconds after the head. @default - with it */
  readonly bodyAfter?: number;
}

const WITH_BODY = ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"];

/** By HTTP/1.1, each request over a connection of its own, or all over one that is kept. */
export function http1(port: number, keepAlive = false): Client {
  const agent = new Agent({ keepAlive, maxSockets: keepAlive ? 1 : 1000 });
  return {
    send: (method, path, { headers = {}, goesAfter, bodyAfter } = {}) =>
      new Promise((resolve) => {
        const body = WITH_BODY.includes(method) ? "{}" : undefined;
        const length = body === undefined ? {} : { "content-length": String(body.length) };
        const sent = httpRequest(
          { port, host: "127.0.0.1", method, path, agent, headers: { ...length, ...headers } },
          (answer) => {
            answer.resume();
            answer.on("error", () => resolve(LOST));
            answer.on("end", () => resolve(answerOf(answer.statusCode!, answer.headers)));
          },
        );
        sent.on("error", () => resolve(LOST));
        if (goesAfter !== undefined) {
          setTimeout(() => sent.destroy(), goesAfter);
        }
        if (bodyAfter === undefined) {
          sent.end(body);
        } else {
          sent.flushHeaders();
          setTimeout(() => sent.end(body), bodyAfter);
        }
      }),
    close: () => agent.destroy(),
  };
}

/** By HTTP/2 and TLS, all requests over one connection. */
export function http2(port: number): Client {
  const session: ClientHttp2Session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  session.on("error", () => undefined);
  return {
    send: (method, path, { headers = {}, goesAfter, bodyAfter } = {}) =>
      new Promise((resolve) => {
        const hasBody = WITH_BODY.includes(method);
        const stream = session.request({ ":method": method, ":path": path, ...headers }, { endStream: !hasBody });
        let answer = LOST;
        stream.on("response", (got) => (answer = answerOf(Number(got[":status"]), got)));
        stream.on("error", () => resolve(LOST));
        stream.on("close", () => resolve(answer));
        stream.resume();
        if (goesAfter !== undefined) {
          setTimeout(() => stream.close(8), goesAfter);
        }
        if (hasBody && bodyAfter === undefined) {
          stream.end("{}");
        } else if (hasBody) {
          setTimeout(() => stream.end("{}"), bodyAfter);
        }
      }),
    close: () => session.close(),
  };
}

function answerOf(status: number, headers: IncomingHttpHeaders): Answer {
  return { status, server: [headers["x-server"] ?? ""].flat()[0]!, headers: Object.keys(headers) };
}
