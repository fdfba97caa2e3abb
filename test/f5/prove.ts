/*
 * npx tsx test/f5/prove.ts PROVIDER: applies, plans, changes and destroys what an F5BigIpLoadBalancer declares, with the
 * real Terraform and the real provider F5Networks/bigip at the path PROVIDER, against the simulated device. By hand, since
 * no package registry has that provider. docs/load-balancers.md says what it showed.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, LocalBackend, TerraformStack } from "cdktf";
import { F5BigIpLoadBalancer, F5BigIpLoadBalancerProps, F5Tls } from "../../lib/f5";
import { newDeployment, newStack } from "../support/stack";
import { BigIpSimulator, PASSWORD, USER } from "./support/big-ip-simulator";

/** Balancers by id, each with what differs from the simplest, and the clusters that are drained. */
interface Declared {
  readonly edges: Readonly<Record<string, Partial<F5BigIpLoadBalancerProps>>>;
  readonly drained?: readonly string[];
}

type Tenant = Record<
  string,
  {
    readonly service: { readonly class: string };
    readonly pool: { readonly members: { readonly adminState: string }[] };
  }
>;

class Proof {
  private readonly folder = mkdtempSync(join(tmpdir(), "cdktf-zato-f5-"));
  private readonly stackFolder = join(this.folder, "out", "stacks", "f5");
  private readonly state = join(this.folder, "terraform.tfstate");
  private readonly certificate = join(this.folder, "device.crt");
  private readonly device: BigIpSimulator;
  private address = "";

  constructor(provider: string) {
    const key = join(this.folder, "device.key");
    const subject = ["-subj", "/CN=device", "-addext", "subjectAltName=IP:127.0.0.1"];
    const files = ["-keyout", key, "-out", this.certificate];
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...subject, ...files], {
      stdio: "ignore",
    });
    const tls = { cert: readFileSync(this.certificate, "utf8"), key: readFileSync(key, "utf8") };
    this.device = new BigIpSimulator({ perApplication: true, tls });
    const plugins = join(this.folder, "plugins");
    const place = join(plugins, "registry.terraform.io", "F5Networks", "bigip", "1.28.0", "linux_amd64");
    mkdirSync(place, { recursive: true });
    copyFileSync(provider, join(place, "terraform-provider-bigip_v1.28.0"));
    writeFileSync(
      join(this.folder, "terraformrc"),
      `disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n    path = "${plugins}"\n  }\n}\n`,
    );
  }

  public async start(): Promise<void> {
    this.address = await this.device.start();
  }

  public async stop(): Promise<void> {
    await this.device.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** Applies, and shows that a second plan has nothing to do. */
  public async apply(title: string, declared: Declared): Promise<void> {
    const callsBefore = this.device.calls.length;
    this.synthesize(declared);
    await this.terraform("init", "-no-color");
    console.log(`\n${title}: ${last(await this.terraform("apply", "-no-color", "-auto-approve"))}`);
    this.device.calls.slice(callsBefore).forEach((call) => console.log(`    ${call}`));
    console.log(`  second plan: ${last(await this.terraform("plan", "-no-color", "-detailed-exitcode"))}`);
    console.log(`  on the device: ${describe(this.device.configuration)}`);
    assert.ok(!readFileSync(this.state, "utf8").includes(PASSWORD), "the state has the password");
  }

  public async destroy(): Promise<void> {
    console.log(`\ndestroy: ${last(await this.terraform("destroy", "-no-color", "-auto-approve"))}`);
    console.log(`  on the device: ${describe(this.device.configuration)}`);
  }

  private synthesize({ edges, drained = [] }: Declared): void {
    const app = new App({ outdir: join(this.folder, "out") });
    const stack = new TerraformStack(app, "f5");
    new LocalBackend(stack, { path: this.state });
    const { pool } = newDeployment(newStack(), { drainedClusters: drained });
    for (const [id, props] of Object.entries(edges)) {
      new F5BigIpLoadBalancer(stack, id, { virtualAddress: "192.0.2.10", tenant: "Zato", ...props }).bindPool({
        pool: () => pool,
        readyClusters: () => [],
      });
    }
    app.synth();
  }

  private async terraform(...args: string[]): Promise<string> {
    const run = spawn("terraform", args, {
      cwd: this.stackFolder,
      env: {
        ...process.env,
        TF_CLI_CONFIG_FILE: join(this.folder, "terraformrc"),
        BIGIP_HOST: this.address,
        BIGIP_USER: USER,
        BIGIP_PASSWORD: PASSWORD,
        BIGIP_TRUSTED_CERT_PATH: this.certificate,
      },
    });
    let said = "";
    run.stdout.on("data", (chunk) => (said += chunk));
    run.stderr.on("data", (chunk) => (said += chunk));
    const status = await new Promise((resolve) => run.on("close", resolve));
    assert.equal(status, 0, `terraform ${args[0]} ended with ${String(status)}:\n${said}`);
    return said;
  }
}

function last(said: string): string {
  return /^(Apply|Destroy) complete.*|^No changes.*/m.exec(said)?.[0] ?? said;
}

/** Applications by tenant, each with the class of its service and the state of its members. */
function describe(configuration: object): string {
  const line: string[] = [];
  for (const [tenant, applications] of Object.entries(configuration) as [string, Tenant][]) {
    for (const [name, { service, pool }] of Object.entries(applications).filter(([key]) => key !== "class")) {
      line.push(`${tenant}/${name} ${service.class} ${pool.members.map(({ adminState }) => adminState).join("+")}`);
    }
  }
  return line.join(", ") || "nothing";
}

async function main(provider: string): Promise<void> {
  for (const perApplication of [false, true]) {
    const proof = new Proof(provider);
    console.log(`\n=== ${perApplication ? "applications of a shared tenant" : "a tenant of its own"}`);
    await proof.start();
    try {
      const tls = F5Tls.profile("/Common/esb.example.com");
      const edges = { edge: { perApplication }, second: { perApplication, tenant: perApplication ? "Zato" : "Other" } };
      await proof.apply("apply", { edges });
      await proof.apply("drain host2", { edges, drained: ["host2"] });
      await proof.apply("TLS", { edges: { ...edges, edge: { perApplication, tls } } });
      await proof.apply("another tenant", { edges: { ...edges, edge: { perApplication, tls, tenant: "Esb" } } });
      await proof.apply("without the second", { edges: { edge: { perApplication, tls, tenant: "Esb" } } });
      await proof.apply("the other way", { edges: { edge: { perApplication: !perApplication, tls, tenant: "Esb" } } });
      await proof.destroy();
    } finally {
      await proof.stop();
    }
  }
}

void main(process.argv[2]!);
