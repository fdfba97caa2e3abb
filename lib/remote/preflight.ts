import { Fn, TerraformResource, Token } from "cdktf";
import { Construct } from "constructs";
import { hostPort } from "../validation";
import { CarrierResource } from "./carrier";
import { HostScriptsAsset } from "./host-scripts-asset";
import { renderManifest } from "./manifest";
import { PreflightBarrier } from "./preflight-barrier";
import { prepareStaging, runPreflight, stageFolder, stageText, STAGING, stagingName } from "./provisioners";
import type { RemoteHost } from "./remote-host";
import { terraformText } from "./terraform-text";

/** Seconds that a machine gets to boot. */
const BOOT_SECONDS = 120;

/** What a component needs of its host, checked before anything on any host is changed. */
export interface HostRequirements {
  /**
   * Memory in MiB that the component uses.
   *
   * @default 0
   */
  readonly memory?: number;

  /**
   * Disk space in MiB that the component uses below `/opt`.
   *
   * @default 0
   */
  readonly disk?: number;

  /**
   * MiB of files that each deploy may bring along: they lie in the login directory and below `/var/lib` on their way to `/opt`.
   *
   * @default 0
   */
  readonly content?: number;

  /**
   * Addresses as `host:port` that must accept a TCP connection from the host.
   *
   * @default - none
   */
  readonly endpoints?: string[];

  /**
   * URLs that the host must be able to download from; a folder behind a URL says that nothing need be downloaded if it is there.
   *
   * @default - none
   */
  readonly downloads?: string[];

  /**
   * Files that must be on the host already.
   *
   * @default - none
   */
  readonly files?: string[];
}

/**
 * Brings the scripts to a host and checks that everything that will be installed on it can be: operating system,
 * privileges, CPUs, memory, disk, ports, clock, reachability. All findings are reported at once. No component of any
 * host of the stack is touched before the preflight of all hosts has passed.
 */
export class Preflight extends Construct {
  /** Must be created again where its scripts are gone. */
  public readonly resource: TerraformResource;

  constructor(
    private readonly host: RemoteHost,
    id: string,
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
      const content = {
        triggers: {
          // Another way to the host brings the scripts to who logs in there, and nothing else anew.
          reached_at: `${access.user}@${hostPort(server, port ?? 22)}`,
          ...(bastionHost && {
            reached_by: `${bastionUser ?? access.user}@${hostPort(bastionHost, bastionPort ?? 22)}`,
          }),
          // Another machine has no scripts yet.
          host_key: host._hostKey,
          revision: terraformText(host.revision),
          scripts: scripts.assetHash,
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
      return Token.isUnresolved(address) ? host._carry(content, BOOT_SECONDS) : host._carry(content);
    });
    PreflightBarrier.of(this).add(this.resource);
  }

  private facts(): Record<string, string> {
    const needs = this.host.machine.requirements;
    const sum = (pick: (need: HostRequirements) => number | undefined): number =>
      needs.reduce((total, need) => total + (pick(need) ?? 0), 0);
    const all = (pick: (need: HostRequirements) => string[] | undefined): string =>
      [...new Set(needs.flatMap((need) => pick(need) ?? []))].sort().join("\n");
    const files = all((need) => need.files);
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
      ports: this.host.machine.ports.claims().join("\n"),
      endpoints: all((need) => need.endpoints),
      downloads: all((need) => need.downloads),
      ...(files ? { files } : {}),
      ...(content > 0 ? { content: String(content) } : {}),
      ...(this.host.machine.hasFirewall ? { firewall: "true" } : {}),
    };
  }
}
