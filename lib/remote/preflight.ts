import { Fn, TerraformResource, Token } from "cdktf";
import { Construct } from "constructs";
import { hostPort } from "../validation";
import { CarrierResource } from "./carrier";
import { carryTo } from "./carry";
import { HostFacts } from "./host-facts";
import { HostRequirements } from "./host-requirements";
import { HostScriptsAsset } from "./host-scripts-asset";
import { Machine } from "./machine";
import { renderManifest } from "./manifest";
import { PreflightBarrier } from "./preflight-barrier";
import { prepareStaging, runPreflight, stageFolder, stageText, STAGING, stagingName } from "./provisioners";
import { hostKeyOf } from "./remote-host";
import { terraformText } from "./terraform-text";

/** Seconds that a machine gets to boot. */
const BOOT_SECONDS = 120;

/**
 * Brings the scripts to a host and checks that everything that will be installed on it can be: operating system,
 * privileges, CPUs, memory, disk, ports, clock, reachability. All findings are reported at once. No component of any
 * host of the stack is touched before the preflight of all hosts has passed.
 */
export class Preflight extends Construct {
  /** Must be created again where its scripts are gone. */
  public readonly resource: TerraformResource;

  constructor(
    private readonly host: HostFacts,
    id: string,
    private readonly machine: Machine,
  ) {
    super(host, id);
    const scripts = HostScriptsAsset.of(this);
    this.resource = new CarrierResource(this, "Resource", () => {
      const { access, address } = host;
      const connection = access.connection(address);
      const { host: server, port, bastionHost, bastionPort, bastionUser } = connection;
      const facts = this.facts();
      const staged = stagingName("scripts");
      const manifest = `${stagingName("preflight")}.manifest`;
      const carried = {
        triggers: {
          // Another way to the host brings the scripts to who logs in there, and nothing else anew.
          reached_at: `${access.user}@${hostPort(server, port ?? 22)}`,
          ...(bastionHost && {
            reached_by: `${bastionUser ?? access.user}@${hostPort(bastionHost, bastionPort ?? 22)}`,
          }),
          // Another machine has no scripts yet.
          host_key: hostKeyOf(host),
          revision: terraformText(host.revision),
          scripts: scripts.hash,
          ...Object.fromEntries(Object.entries(facts).map(([k, v]) => [k, terraformText(v)])),
        },
        provisioners: [
          ...prepareStaging(connection),
          stageFolder(staged, scripts.path),
          stageText(manifest, terraformText(renderManifest({ parameters: facts }))),
          runPreflight(staged, `${STAGING}/${manifest}`, Fn.timestamp()),
        ],
        dependsOn: [],
      };
      // A machine that Terraform has made boots first.
      return Token.isUnresolved(address) ? carryTo(host, carried, BOOT_SECONDS) : carryTo(host, carried);
    });
    PreflightBarrier.of(this).add(this.resource);
  }

  private facts(): Record<string, string> {
    const needs = this.machine.requirements;
    const sum = (pick: (need: HostRequirements) => number | undefined): number =>
      needs.reduce((total, need) => total + (pick(need) ?? 0), 0);
    const all = (pick: (need: HostRequirements) => readonly string[] | undefined): string =>
      [...new Set(needs.flatMap((need) => pick(need) ?? []))].sort().join("\n");
    const files = all((need) => need.files);
    const units = this.machine.claims.units();
    const folders = this.machine.takenFolders.lines();
    const facts = [...new Set(needs.flatMap((need) => Object.keys(need.facts ?? {})))].sort();
    const content = sum((need) => need.content);
    return {
      host: this.host.hostName,
      sudo: String(this.host.access.sudo),
      cpus: String(this.host.cpus),
      memory: String(
        Math.max(
          this.host.memory ?? 0,
          sum((need) => need.memory),
        ),
      ),
      disk: String(sum((need) => need.disk)),
      ports: this.machine.ports.claims().join("\n"),
      endpoints: all((need) => need.endpoints),
      downloads: all((need) => need.downloads),
      ...(files ? { files } : {}),
      ...(units.length > 0 ? { units: units.join("\n") } : {}),
      ...(folders.length > 0 ? { folders: folders.join("\n") } : {}),
      ...Object.fromEntries(facts.map((name) => [name, all((need) => need.facts?.[name])])),
      ...(content > 0 ? { content: String(content) } : {}),
      ...(this.machine.hasFirewall ? { firewall: "true" } : {}),
    };
  }
}
