import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { TerraformStack, TerraformVariable } from "cdktf";
import { HighAvailabilityDeployment, Secret, SqlEngine, type DeploymentOfHostsProps } from "cdktf-zato";
import type { Lab } from "../../../lab/lab";
import { DATABASE_PASSWORD } from "./content-databases";
import { twoHosts } from "./programs";
import type { Program } from "./project";

export const PARTNER_PASSWORD = "partner$pw: #\"'";

const EXAMPLE = path.join(__dirname, "../../../examples/content/services");

/** What a test varies of the content of `examples/content`. */
export interface ContentVariation {
  readonly secretsVersion?: string;
  readonly schedulerCluster?: string;
  readonly exclusiveContent?: boolean;
  /** Added to what the example has. @default - nothing */
  readonly more?: (zato: HighAvailabilityDeployment, secrets: { readonly partner: Secret }) => void;
  /** What else the deployment is told. @default - nothing */
  readonly deployment?: Partial<DeploymentOfHostsProps>;
  /** Without the channel, and the job. @default false */
  readonly bare?: boolean;
}

/** The services of `examples/content` in a folder of their own, which a test may change, and programs that deploy them. */
export class ContentExample {
  /** The secrets, as Terraform gets them; a test may change them. */
  public readonly env = { TF_VAR_database_password: DATABASE_PASSWORD, TF_VAR_partner_password: PARTNER_PASSWORD };

  private readonly services = mkdtempSync(path.join(tmpdir(), "zato-content-"));

  constructor(private readonly lab: Lab) {
    cpSync(EXAMPLE, this.services, { recursive: true });
  }

  /** The file of a service. */
  public file(name: string): string {
    return path.join(this.services, name);
  }

  /** Changes the source of a service. */
  public edit(name: string, from: string, to: string): void {
    writeFileSync(this.file(name), readFileSync(this.file(name), "utf8").replace(from, to));
  }

  /** What `examples/content` declares. */
  public program(variation: ContentVariation = {}): Program {
    return (stack) => {
      const { schedulerCluster, exclusiveContent, deployment } = variation;
      const zato = twoHosts(stack, this.lab, { deployment: { schedulerCluster, exclusiveContent, ...deployment } });
      zato.content.addServices(this.services);
      const database = {
        host: this.lab.host("db").address,
        username: "zato_example",
        password: this.secret(stack, "database_password", variation),
      };
      zato.content.addSqlConnection("Billing", { ...database, engine: SqlEngine.POSTGRESQL, database: "billing" });
      zato.content.addSqlConnection("Audit", { ...database, engine: SqlEngine.POSTGRESQL, database: "audit" });
      zato.content.addSqlConnection("Stock", { ...database, engine: SqlEngine.MYSQL, database: "stock" });
      const password = this.secret(stack, "partner_password", variation);
      const partner = zato.content.addBasicAuth("Partner", { username: "partner", password });
      if (!variation.bare) {
        zato.content.addRestChannel("Orders", { urlPath: "/orders", service: "orders.list", security: partner });
        zato.content.addSchedulerJob("Heartbeat", { service: "heartbeat.beat", interval: 2 });
      }
      variation.more?.(zato, { partner: password });
    };
  }

  /** Removes the folder. */
  public remove(): void {
    rmSync(this.services, { recursive: true, force: true });
  }

  private secret(stack: TerraformStack, name: string, { secretsVersion = "1" }: ContentVariation): Secret {
    return Secret.fromVariable(new TerraformVariable(stack, name, { type: "string" }), { version: secretsVersion });
  }
}
