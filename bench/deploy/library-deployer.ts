import type { Lab } from "../../lab/lab";
import { Project } from "../../test/lab/support/project";
import { secretOf } from "../../test/lab/support/zato";
import type { Deployer } from "./deployer";
import { program, type Settings } from "./program";

/** Deploys by the library and Terraform. */
export class LibraryDeployer implements Deployer {
  public readonly name = "library";
  private readonly project: Project;

  constructor(private readonly lab: Lab) {
    this.project = new Project(lab);
  }

  public async prepare(settings: Settings): Promise<void> {
    // With "terraform init", where that was not done yet.
    await this.project.synth(program(this.lab, settings)).orThrow(["validate"]);
  }

  public async deploy(): Promise<boolean> {
    return !(await this.project.apply()).includes(" 0 added, 0 changed, 0 destroyed");
  }

  public adminPassword(host: string): Promise<string> {
    return secretOf(this.lab, host, "admin_invoke_password");
  }

  public remove(): void {
    this.project.remove();
  }
}
