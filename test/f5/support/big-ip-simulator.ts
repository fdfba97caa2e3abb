import { createServer, IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { AddressInfo } from "node:net";
import { as3Errors } from "./as3-schema";

type Json = Record<string, unknown>;

/** What a call is answered with. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** How a device is set up. */
export interface BigIpSimulatorOptions {
  /** Whether it allows per-application declarations. */
  readonly perApplication: boolean;
  /** Its certificate and key; without, it speaks HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** Who may configure the device. */
export const USER = "terraform";

/** The password of that user. */
export const PASSWORD = "password-of-the-device";

const TOKEN = "TOKENTOKENTOKENTOKENTOKENTO";

/**
 * A small stand-in for the management interface of a BIG-IP: the calls that F5's Terraform provider makes for
 * bigip_as3. It takes declarations that the schema of AS3 3.56.0 takes and whose pointers lead somewhere, keeps them by
 * tenant, and gives them back as they were. It moves no traffic: that a real device does what a declaration says is not
 * shown by it.
 */
export class BigIpSimulator {
  /** Methods and paths of all calls so far. */
  public readonly calls: string[] = [];

  private readonly server: Server;
  private readonly tenants = new Map<string, Json>();
  private readonly tasks = new Map<string, Json>();
  private header: Json = {};

  constructor(private readonly options: BigIpSimulatorOptions) {
    const serve = (request: IncomingMessage, response: ServerResponse): void => void this.serve(request, response);
    this.server = options.tls ? createTlsServer(options.tls, serve) : createServer(serve);
  }

  /** Begins to listen, on a free port unless one is given. */
  public async start(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(port, "127.0.0.1", resolve));
    return `${this.options.tls ? "https" : "http"}://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** The tenants that are configured. */
  public get configuration(): Json {
    return Object.fromEntries(this.tenants);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url!, "http://device");
    this.calls.push(`${request.method} ${request.url}`);
    const text = await textOf(request);
    const { status, body } = isAllowed(request, pathname)
      ? this.answer(request.method!, pathname, parse(text))
      : { status: 401, body: { code: 401, message: "Authentication required!" } };
    response.writeHead(status, { "content-type": "application/json" });
    response.end(body === undefined ? "" : JSON.stringify(body));
  }

  private answer(method: string, path: string, body: Json): Answer {
    const [area, tenant = "", applications, application = ""] = path
      .replace(/^\/mgmt\/(shared\/appsvcs\/)?/, "")
      .split("/");
    if (path === "/mgmt/shared/authn/login") {
      return body.username === USER && body.password === PASSWORD
        ? ok({ token: { token: TOKEN }, timeout: { timeout: 1200 } })
        : { status: 401, body: { code: 401, message: "Authentication failed." } };
    }
    if (path.startsWith("/mgmt/shared/authz/tokens/") || path === "/mgmt/tm/net/self") {
      return ok({});
    }
    switch (area) {
      case "settings":
        return ok({ perAppDeploymentAllowed: this.options.perApplication });
      case "info":
        return ok({ version: "3.56.0", release: "10", schemaCurrent: "3.56.0", schemaMinimum: "3.0.0" });
      case "task":
        return found(this.tasks.get(tenant));
      case "declare":
        return applications === "applications"
          ? this.perApplication(method, tenant, application, body)
          : this.declare(method, tenant, body);
      default:
        return found(undefined);
    }
  }

  private declare(method: string, tenant: string, body: Json): Answer {
    switch (method) {
      case "POST":
        return this.deploy(body, (body.declaration ?? body) as Json);
      case "DELETE":
        this.tenants.delete(tenant);
        return this.task({ code: 200, message: "success", tenant });
      default:
        return found(this.tenants.has(tenant) && { ...this.header, [tenant]: this.tenants.get(tenant) });
    }
  }

  private perApplication(method: string, tenant: string, application: string, body: Json): Answer {
    const present = without(this.tenants.get(tenant) ?? {}, "class");
    switch (method) {
      case "POST": {
        const { schemaVersion, ...added } = body;
        return this.deploy(body, {
          class: "ADC",
          schemaVersion,
          [tenant]: { class: "Tenant", ...present, ...added },
        });
      }
      case "DELETE": {
        delete present[application];
        this.tenants.set(tenant, { class: "Tenant", ...present });
        return ok({ code: 200, message: "success" });
      }
      default:
        return found(this.tenants.has(tenant) && { schemaVersion: this.header.schemaVersion, ...present });
    }
  }

  /** As the device: the call is taken, and the task says what came of it. */
  private deploy(body: Json, declaration: Json): Answer {
    const errors = as3Errors(body.class === "AS3" ? body : declaration);
    if (errors.length > 0) {
      return this.task({ code: 422, message: "declaration is invalid", errors });
    }
    const kept = without(declaration, "controls");
    const tenants = Object.entries(kept).filter(([, value]) => (value as Json | undefined)?.class === "Tenant");
    tenants.forEach(([name, tenant]) => this.tenants.set(name, tenant as Json));
    this.header = Object.fromEntries(
      Object.entries({ ...kept, updateMode: "selective" }).filter(([name]) => !this.tenants.has(name)),
    );
    return this.task(...tenants.map(([tenant]) => ({ code: 200, message: "success", tenant })));
  }

  private task(...results: Json[]): Answer {
    const id = `task-${this.tasks.size + 1}`;
    this.tasks.set(id, { id, results });
    return { status: 202, body: { id, results: [{ code: 0, message: "Declaration successfully submitted" }] } };
  }
}

function without(value: Json, key: string): Json {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function found(body: unknown): Answer {
  return body ? ok(body) : { status: 404, body: { code: 404, message: "not found" } };
}

function isAllowed({ headers }: IncomingMessage, path: string): boolean {
  const basic = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;
  return path === "/mgmt/shared/authn/login" || headers.authorization === basic || headers["x-f5-auth-token"] === TOKEN;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The provider posts a declaration as a JSON string that holds it. */
function parse(text: string): Json {
  const value: unknown = text === "" ? {} : JSON.parse(text);
  return (typeof value === "string" ? JSON.parse(value) : value) as Json;
}
