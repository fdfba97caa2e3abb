import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runOrThrow } from "../../lab/process";

const REQUIREMENT = "ansible-core==2.19.*";
const PLAYBOOK = path.join(__dirname, "playbook");

/** Ansible in a folder of its own. */
export class Ansible {
  /** Installs it, which takes Python 3.11 and its package registry. */
  public static async install(): Promise<Ansible> {
    const ansible = new Ansible(mkdtempSync(path.join(tmpdir(), "zato-ansible-")));
    await runOrThrow("python3", ["-m", "venv", ansible.folder]);
    await runOrThrow(ansible.program("pip"), ["install", "--quiet", "--disable-pip-version-check", REQUIREMENT]);
    return ansible;
  }

  private constructor(private readonly folder: string) {}

  /** Its version. */
  public async version(): Promise<string> {
    const [, version] = /\[core (\S+)\]/.exec(await runOrThrow(this.program("ansible"), ["--version"]))!;
    return version!;
  }

  /** Runs the playbook on the hosts of an inventory; gives its output. Beside the inventory are sockets of connections that are kept. */
  public async play(inventory: string): Promise<string> {
    const settings = { ANSIBLE_HOME: path.dirname(inventory), ANSIBLE_CONFIG: path.join(PLAYBOOK, "ansible.cfg") };
    return runOrThrow(this.program("ansible-playbook"), ["--inventory", inventory, path.join(PLAYBOOK, "site.yml")], {
      env: { ...process.env, ...settings, ANSIBLE_NOCOLOR: "1" },
      onLine: (line) => process.env.LAB_VERBOSE === "1" && console.log(line),
    });
  }

  /** Removes it. */
  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private program(name: string): string {
    return path.join(this.folder, "bin", name);
  }
}
