import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type Server } from "node:http";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "../../../lib/cli/free-port";
import { waitUntil } from "../../../lab/process";

/** The rules that come with the package. */
export const RULES = path.join(__dirname, "../../../docs/monitoring/alerts.yaml");

/** What Alertmanager has told its receiver of an alert. */
export interface Notice {
  readonly alert: string;
  readonly host: string;
  readonly status: "firing" | "resolved";
  /** When it was told, in milliseconds since 1970. */
  readonly time: number;
}

/** A sample of an instant query. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** Samples of a query over a span of time. */
export interface Samples {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

interface Notification {
  readonly alerts: readonly {
    readonly status: "firing" | "resolved";
    readonly labels: Readonly<Record<string, string>>;
  }[];
}

/** The Prometheus and the Alertmanager of the distribution, on this machine; what Alertmanager tells is kept. */
export class Prometheus {
  /** Starts both, with targets as the deployment's output has them. */
  public static async start(targets: unknown): Promise<Prometheus> {
    const folder = mkdtempSync(path.join(tmpdir(), "zato-prometheus-"));
    const first = (await freePort(19_090))!;
    const alertmanager = (await freePort(first + 1))!;
    const prometheus = new Prometheus(folder, first);
    const receiver = await prometheus.receive();
    // Each change is told by itself, and at once.
    const route = {
      receiver: "test",
      group_by: ["..."],
      group_wait: "0s",
      group_interval: "1s",
      repeat_interval: "1h",
    };
    prometheus.write("alertmanager.yaml", {
      route,
      receivers: [{ name: "test", webhook_configs: [{ url: `http://127.0.0.1:${receiver}/`, send_resolved: true }] }],
    });
    prometheus.write("targets.json", targets);
    prometheus.write("prometheus.yaml", {
      global: { evaluation_interval: "5s" },
      rule_files: ["rules.yaml"],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanager}`] }] }] },
      scrape_configs: [
        {
          job_name: "zato",
          scrape_interval: "5s",
          scrape_timeout: "4s",
          file_sd_configs: [{ files: ["targets.json"] }],
        },
      ],
    });
    writeFileSync(path.join(folder, "rules.yaml"), readFileSync(RULES));
    prometheus.run("prometheus-alertmanager", [
      "--config.file=alertmanager.yaml",
      "--storage.path=alertmanager",
      `--web.listen-address=127.0.0.1:${alertmanager}`,
      "--cluster.listen-address=",
    ]);
    prometheus.run("prometheus", [
      "--config.file=prometheus.yaml",
      "--storage.tsdb.path=prometheus",
      `--web.listen-address=127.0.0.1:${first}`,
      "--web.enable-lifecycle",
    ]);
    for (const port of [first, alertmanager]) {
      await waitUntil(`an answer on port ${port}`, 30_000, () => prometheus.isReady(port));
    }
    // What fires before that is told a minute later.
    await waitUntil("Prometheus to find Alertmanager", 30_000, () => prometheus.isConnected());
    return prometheus;
  }

  /** What was told so far, in its order. */
  public readonly notices: Notice[] = [];

  private readonly processes: ChildProcess[] = [];
  private receiver?: Server;
  private said = "";

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  /** The samples that a query finds now. */
  public query(expression: string): Promise<Sample[]> {
    return this.ask("query", { query: expression });
  }

  /** The samples that a query finds between two times, in seconds since 1970, each so many seconds. */
  public range(expression: string, [start, end]: readonly [number, number], step: number): Promise<Samples[]> {
    return this.ask("query_range", {
      query: expression,
      start: String(start),
      end: String(end),
      step: String(step),
    });
  }

  /** Alerts that fire now, as `ALERT HOST-OR-CLUSTER`. */
  public async firing(): Promise<string[]> {
    const alerts = await this.query('ALERTS{alertstate="firing"}');
    return alerts.map(({ metric }) => `${metric.alertname} ${metric.host ?? metric.cluster}`).sort();
  }

  /** Goes on with other rules. */
  public async useRules(text: string): Promise<void> {
    writeFileSync(path.join(this.folder, "rules.yaml"), text);
    const { status } = await fetch(`${this.url}/-/reload`, { method: "POST" });
    if (status !== 200) {
      throw new Error(`Prometheus takes no other rules: ${this.said}`);
    }
  }

  /** Ends all of it. */
  public stop(): void {
    this.processes.forEach((one) => one.kill("SIGKILL"));
    this.receiver?.close();
    this.receiver?.closeAllConnections();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private async ask<T>(kind: string, parameters: Readonly<Record<string, string>>): Promise<T[]> {
    const answer = await fetch(`${this.url}/api/v1/${kind}?${new URLSearchParams(parameters).toString()}`);
    const { data, error } = (await answer.json()) as { data?: { result: T[] }; error?: string };
    if (!data) {
      throw new Error(`${parameters.query}: ${error}`);
    }
    return data.result;
  }

  private get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  private write(name: string, value: unknown): void {
    // What is JSON is YAML.
    writeFileSync(path.join(this.folder, name), JSON.stringify(value));
  }

  private run(program: string, args: readonly string[]): void {
    const child = spawn(program, args, { cwd: this.folder, stdio: ["ignore", "ignore", "pipe"] });
    child.on("error", (error) => (this.said += `${program}: ${error.message}\n`));
    child.stderr.on("data", (text: Buffer) => (this.said = (this.said + text.toString()).slice(-4000)));
    this.processes.push(child);
  }

  private async isReady(port: number): Promise<string | undefined> {
    const answer = await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => undefined);
    return answer?.status === 200 ? undefined : this.said || "no answer";
  }

  private async isConnected(): Promise<string | undefined> {
    const answer = await fetch(`${this.url}/api/v1/alertmanagers`);
    const { data } = (await answer.json()) as { data: { activeAlertmanagers: unknown[] } };
    return data.activeAlertmanagers.length > 0 ? undefined : "none is known";
  }

  private receive(): Promise<number> {
    this.receiver = createServer((request, response) => {
      let text = "";
      request.on("data", (piece: Buffer) => (text += piece.toString()));
      request.on("end", () => {
        response.end();
        for (const { status, labels } of (JSON.parse(text) as Notification).alerts) {
          this.notices.push({
            alert: labels.alertname!,
            host: labels.host ?? labels.cluster ?? "",
            status,
            time: Date.now(),
          });
        }
      });
    });
    return new Promise((resolve) => {
      this.receiver!.listen(0, "127.0.0.1", () => resolve((this.receiver!.address() as { port: number }).port));
    });
  }
}
