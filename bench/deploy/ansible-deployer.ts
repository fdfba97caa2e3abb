import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { KNOWN_HOSTS } from "../../lab/keys";
import type { Lab } from "../../lab/lab";
import { Project } from "../../test/lab/support/project";
import type { Ansible } from "./ansible";
import type { Deployer } from "./deployer";
import { hostVariables } from "./host-variables";
import { HOSTS, program, type Settings } from "./program";

/** What the library generates on hosts, and Ansible usually has from a vault. */
const SECRETS = [
  "odb_password",
  "secret_key",
  "jwt_secret",
  "admin_invoke_password",
  "scheduler_api_password",
  "web_admin_password",
];

/** Deploys by the playbook. */
export class AnsibleDeployer implements Deployer {
  public readonly name = "Ansible";
  private readonly project: Project;
  private readonly secrets = new Map<string, Record<string, string>>(HOSTS.map((name) => [name, newSecrets()]));

  constructor(
    private readonly lab: Lab,
    private readonly ansible: Ansible,
  ) {
    this.project = new Project(lab);
  }

  public prepare(settings: Settings): Promise<void> {
    this.project.synth(program(this.lab, settings));
    const stack = readFileSync(path.join(this.project.folder, "cdk.tf.json"), "utf8");
    const hosts: Record<string, object> = {};
    for (const name of HOSTS) {
      const { address } = this.lab.host(name);
      hosts[name] = { ansible_host: address, secrets: this.secrets.get(name), ...hostVariables(stack, name) };
    }
    const vars = {
      ansible_user: this.lab.user,
      ansible_ssh_private_key_file: this.lab.keyFile,
      ansible_ssh_common_args: `-o UserKnownHostsFile=${KNOWN_HOSTS}`,
    };
    writeFileSync(this.inventory, JSON.stringify({ all: { hosts, vars } }));
    return Promise.resolve();
  }

  public async deploy(): Promise<boolean> {
    const recap = (await this.ansible.play(this.inventory)).split("PLAY RECAP")[1]!;
    return /changed=[1-9]/.test(recap);
  }

  public adminPassword(host: string): Promise<string> {
    return Promise.resolve(this.secrets.get(host)!.admin_invoke_password!);
  }

  public remove(): void {
    this.project.remove();
  }

  private get inventory(): string {
    return path.join(this.project.folder, "inventory.json");
  }
}

/** Each is a key as Zato's encryption wants it, and good for a password. */
function newSecrets(): Record<string, string> {
  return Object.fromEntries(SECRETS.map((name) => [name, `${randomBytes(32).toString("base64url")}=`]));
}
