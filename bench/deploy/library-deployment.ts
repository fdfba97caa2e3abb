import { readFileSync } from "node:fs";
import path from "node:path";
import type { Lab } from "../../lab/lab";
import { twoHosts } from "../../test/lab/support/programs";
import { Project } from "../../test/lab/support/project";
import type { Deployer } from "./deployer";

/** The hosts of the lab that are deployed to. */
export const HOSTS = ["host1", "host2"] as const;

/** Two hosts, deployed by the library. */
export class LibraryDeployment implements Deployer {
  private readonly project: Project;

  constructor(private readonly lab: Lab) {
    this.project = new Project(lab);
    this.synth("hello");
  }

  /** The rendered stack. */
  public get rendered(): string {
    return readFileSync(path.join(this.project.folder, "cdk.tf.json"), "utf8");
  }

  public async deploy(greeting: string): Promise<void> {
    this.synth(greeting);
    await this.project.apply();
  }

  public remove(): void {
    this.project.remove();
  }

  private synth(greeting: string): void {
    this.project.synth((stack) => {
      const deployment = twoHosts(stack, this.lab, { deployment: { servers: 1 } });
      const environment = { Greeting: greeting };
      deployment.clusters[0]!.addServer("server2", { environment });
      deployment.clusters[1]!.addServer("server2");
    });
  }
}
