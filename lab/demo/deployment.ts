import { createWriteStream, mkdirSync, readFileSync, writeFileSync, type WriteStream } from "node:fs";
import path from "node:path";
import type { Lab } from "../lab";
import { LAB_DIR, STATE_DIR } from "../paths";
import { cdktf, terraform, type TerraformOptions } from "../terraform/terraform";
import { say } from "./terminal";

/** A cluster as the deployment's outputs describe it. */
export interface ClusterOutput {
  readonly host: string;
  readonly load_balancer: string;
  readonly scheduler: "active" | "inactive";
  readonly servers: Readonly<Record<string, { readonly address: string; readonly workers: number }>>;
}

/** The deployment's outputs, as far as the demo shows them. */
export interface Outputs {
  readonly entryAddress: string;
  readonly entryPort: number;
  readonly webAdmin: Readonly<Record<string, { readonly url: string }>>;
  readonly clusters: Readonly<Record<string, ClusterOutput>>;
}

/** What a `cdktf deploy` came to. */
export interface DeployResult {
  readonly succeeded: boolean;
  /** Whether Terraform found everything as declared. */
  readonly plannedNothing: boolean;
}

const EXAMPLE = path.join(LAB_DIR, "../examples/two-hosts");
const FOLDER = path.join(STATE_DIR, "demo");
const SETTINGS = path.join(FOLDER, "settings.json");
const STACK = "two-hosts";

/** What the hosts say of their own progress, behind the name of the resource that says it. */
const PROGRESS = /\(remote-exec\): (\[.*)$/;
const SUMMARY = /(Plan: .*|Apply complete!.*|No changes\..*)$/;
const ERROR = /│|Error: /;
const LINES_OF_A_FAILURE = 60;

/** The example `two-hosts`, deployed on a lab: its settings, its state and its logs lie in a folder of the lab's state. */
export class Deployment {
  private runs = 0;

  constructor(
    private readonly lab: Lab,
    private readonly virtualAddress: string,
  ) {
    mkdirSync(FOLDER, { recursive: true });
    writeJson(SETTINGS, this.settings());
    writeJson(path.join(FOLDER, "cdktf.json"), {
      ...(JSON.parse(readFileSync(path.join(LAB_DIR, "../cdktf.json"), "utf8")) as object),
      app: `npx tsx ${path.relative(FOLDER, path.join(EXAMPLE, "main.ts"))}`,
    });
  }

  /** What a person types to do the same by hand. */
  public get byHand(): string[] {
    const variables = Object.entries({
      TWO_HOSTS_SETTINGS: SETTINGS,
      ...(this.lab.cliConfigFile ? { TF_CLI_CONFIG_FILE: this.lab.cliConfigFile } : {}),
    });
    return [
      `cd ${path.relative(process.cwd(), FOLDER)}`,
      ...variables.map(([name, value]) => `export ${name}='${value}'`), // the checkout's path may have a blank
      "npx cdktf diff --skip-provider-lock",
    ];
  }

  /** Runs `cdktf deploy`, shows progress, and keeps everything in a log. */
  public async deploy(): Promise<DeployResult> {
    const logFile = path.join(FOLDER, `deploy-${++this.runs}.log`);
    const log = createWriteStream(logFile);
    let plannedNothing = false;
    const onLine = (line: string): void => {
      log.write(`${line}\n`);
      const summary = SUMMARY.exec(line)?.[1];
      plannedNothing ||= summary?.startsWith("No changes.") ?? false;
      const shown = PROGRESS.exec(line)?.[1] ?? summary;
      if (shown !== undefined) {
        say(`   ${shown}`);
      }
    };
    const result = await cdktf("deploy", [STACK], { ...this.options(), onLine });
    await closed(log);
    if (result.status !== 0) {
      showFailure(logFile);
    }
    say(`   (all of the output: ${path.relative(process.cwd(), logFile)})`);
    return { succeeded: result.status === 0, plannedNothing };
  }

  /** Asks Terraform for the outputs. */
  public async outputs(): Promise<Outputs> {
    const folder = path.join(FOLDER, "cdktf.out/stacks", STACK);
    const quiet = { ...this.options(), cwd: folder, onLine: () => undefined };
    const result = await terraform(["output", "-json"], quiet);
    const outputs = JSON.parse(result.stdout) as Record<string, { value: unknown }>;
    return {
      entryAddress: outputs.zato_entry_address?.value as string,
      entryPort: outputs.zato_entry_port?.value as number,
      webAdmin: outputs.zato_web_admin?.value as Outputs["webAdmin"],
      clusters: outputs.zato_clusters?.value as Outputs["clusters"],
    };
  }

  private settings(): object {
    const { lab, virtualAddress } = this;
    const settingsOf = (name: string): object => {
      const { address, cpus, hostKey } = lab.host(name);
      return { address, cpus, user: lab.user, hostKey, keyFile: lab.keyFile };
    };
    return {
      hosts: { host1: settingsOf("host1"), host2: settingsOf("host2") },
      virtualAddress,
      archive: lab.archive,
      stateFile: path.join(FOLDER, `terraform.${STACK}.tfstate`),
    };
  }

  private options(): TerraformOptions {
    return { cwd: FOLDER, cliConfigFile: this.lab.cliConfigFile, env: { TWO_HOSTS_SETTINGS: SETTINGS } };
  }
}

function showFailure(logFile: string): void {
  const lines = readFileSync(logFile, "utf8").split("\n");
  const errors = lines.filter((line) => ERROR.test(line));
  (errors.length > 0 ? errors : lines).slice(-LINES_OF_A_FAILURE).forEach((line) => say(line));
}

function closed(stream: WriteStream): Promise<void> {
  return new Promise((resolve) => stream.end(resolve));
}

function writeJson(file: string, value: object): void {
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
}
