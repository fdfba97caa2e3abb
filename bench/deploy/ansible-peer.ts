import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Lab } from "../../lab/lab";
import { runOrThrow } from "../../lab/process";
import { literalOf } from "../../test/support/terraform-text";
import { parseManifest, type Manifest } from "../../test/support/manifest";
import { HOSTS } from "./library-deployment";
import type { Deployer } from "./deployer";

const VERSION = "ansible-core==2.19.*";
const PLAYBOOK = path.join(__dirname, "playbook/site.yml");
const SCRIPTS = path.join(__dirname, "../../lib/remote/host-scripts");

interface Resource {
  readonly provisioner?: readonly {
    readonly file?: { readonly content?: string };
    readonly "remote-exec"?: { readonly inline: readonly string[] };
  }[];
}

/** Two hosts, deployed by a playbook. */
export class AnsiblePeer implements Deployer {
  /** Installs Ansible, and writes what the playbook needs. */
  public static async prepare(lab: Lab, rendered: string): Promise<AnsiblePeer> {
    const folder = mkdtempSync(path.join(tmpdir(), "zato-ansible-"));
    await runOrThrow("python3", ["-m", "venv", folder]);
    await runOrThrow(path.join(folder, "bin/pip"), ["install", "--quiet", VERSION]);
    return new AnsiblePeer(lab, folder, rendered);
  }

  private constructor(
    private readonly lab: Lab,
    private readonly folder: string,
    private readonly rendered: string,
  ) {}

  public async deploy(greeting: string): Promise<void> {
    const inventory = path.join(this.folder, "inventory.json");
    writeFileSync(inventory, JSON.stringify({ all: { hosts: this.hosts(greeting), vars: this.login() } }));
    await runOrThrow(path.join(this.folder, "bin/ansible-playbook"), ["--inventory", inventory, PLAYBOOK], {
      env: { ...process.env, ANSIBLE_PIPELINING: "True", ANSIBLE_NOCOLOR: "1", ANSIBLE_HOME: this.folder },
    });
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private login(): object {
    return {
      ansible_user: this.lab.user,
      ansible_ssh_private_key_file: this.lab.keyFile,
      ansible_ssh_common_args: `-o UserKnownHostsFile=${path.join(this.folder, "known_hosts")} -o StrictHostKeyChecking=accept-new`,
      ansible_python_interpreter: "/usr/bin/python3",
      scripts: SCRIPTS,
    };
  }

  private hosts(greeting: string): Record<string, object> {
    const { resource } = JSON.parse(this.rendered) as { resource: { null_resource: Record<string, Resource> } };
    const components: Record<string, Record<string, Manifest>> = {};
    for (const { provisioner = [] } of Object.values(resource.null_resource)) {
      const converge = provisioner.flatMap((one) => one["remote-exec"]?.inline ?? []).join("\n");
      const [, kind] = /converge\.sh (\S+) /.exec(converge) ?? [];
      if (kind === undefined) {
        continue;
      }
      const text = provisioner.find((one) => one.file?.content?.startsWith("@"))!.file!.content!;
      const manifest = parseManifest(literalOf(text));
      const { host, label } = manifest.parameters;
      const name = kind === "server" ? label! : kind;
      (components[host!] ??= {})[name] = manifest;
    }
    const changed = components.host1!.server2!.files;
    changed.environment = changed.environment!.replace("hello", greeting);
    return Object.fromEntries(
      HOSTS.map((name) => {
        const { address, cpus } = this.lab.host(name);
        return [name, { ansible_host: address, declared_cpus: cpus, components: components[name] }];
      }),
    );
  }
}
