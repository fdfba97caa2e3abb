import { join } from "node:path";
import { App, LocalBackend, TerraformStack, TerraformVariable } from "cdktf";
import {
  DataRemoval,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  PhysicalHost,
  Secret,
  SqlEngine,
  ZatoInstallation,
} from "cdktf-zato";
import { Construct } from "constructs";
import { settings } from "./settings";

/** Two clusters that run the same services, with the same connections, channel and job. */
class Content extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: settings.stateFile });

    const hosts = [new PhysicalHost(this, "host1", settings.host1), new PhysicalHost(this, "host2", settings.host2)];
    const zato = new HighAvailabilityDeployment(this, "zato", {
      hosts,
      installation: ZatoInstallation.archive(settings.archive),
      loadBalancer: new HaproxyLoadBalancer(this, "edge", { hosts, virtualAddress: settings.virtualAddress }),
      dataRemoval: DataRemoval.DROP,
    });

    zato.content.addServices(join(__dirname, "services"));

    const database = {
      host: settings.databaseHost,
      username: "zato_example",
      password: this.secret("database_password"),
    };
    zato.content.addSqlConnection("Billing", { ...database, engine: SqlEngine.POSTGRESQL, database: "billing" });
    zato.content.addSqlConnection("Audit", { ...database, engine: SqlEngine.POSTGRESQL, database: "audit" });
    zato.content.addSqlConnection("Stock", { ...database, engine: SqlEngine.MYSQL, database: "stock" });

    const partner = zato.content.addBasicAuth("Partner", {
      username: "partner",
      password: this.secret("partner_password"),
    });
    zato.content.addRestChannel("Orders", { urlPath: "/orders", service: "orders.list", security: partner });
    zato.content.addSchedulerJob("Heartbeat", { service: "heartbeat.beat", interval: 2 });
  }

  /** Given as TF_VAR_name at each run; the version tells Terraform that there is a new value. */
  private secret(name: string): Secret {
    const variable = new TerraformVariable(this, name, { type: "string" });
    return Secret.fromVariable(variable, { version: settings.secretsVersion });
  }
}

const app = new App();
new Content(app, "content");
app.synth();
