import { Fn, TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { CarrierResource } from "./carrier";
import { HostScriptsAsset } from "./host-scripts-asset";
import { renderManifest } from "./manifest";
import { PreflightBarrier } from "./preflight-barrier";
import { prepareStaging, runPreflight, stageFolder, stageText, STAGING, stagingName } from "./provisioners";
import type { RemoteHost } from "./remote-host";
import { terraformText } from "./terraform-text";

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

  private readonly requirements: (() => HostRequirements)[] = [];

  constructor(
    private readonly host: RemoteHost,
    id: string,
  ) {
    super(host, id);
    const scripts = HostScriptsAsset.of(this);
    this.resource = new CarrierResource(this, "Resource", () => {
      const { access, address } = host;
      const connection = access.connection(address);
      const facts = this.facts();
      const staged = stagingName("scripts");
      const manifest = `${stagingName("preflight")}.manifest`;
      return host._carry({
        triggers: {
          address,
          revision: terraformText(host.revision),
          user: access.user,
          scripts: scripts.assetHash,
          ...Object.fromEntries(Object.entries(facts).map(([k, v]) => [k, terraformText(v)])),
        },
        connection,
        provisioners: [
          prepareStaging(connection),
          stageFolder(staged, scripts.path),
          stageText(manifest, terraformText(renderManifest({ parameters: facts }))),
          runPreflight(staged, `${STAGING}/${manifest}`, Fn.timestamp()),
        ],
        dependsOn: [],
      });
    });
    PreflightBarrier.of(this).add(host, this.resource);
  }

  /** Adds what a component needs; asked for at synth. */
  public require(requirements: () => HostRequirements): void {
    this.requirements.push(requirements);
  }

  private facts(): Record<string, string> {
    const needs = this.requirements.map((produce) => produce());
    const sum = (pick: (need: HostRequirements) => number | undefined): number =>
      needs.reduce((total, need) => total + (pick(need) ?? 0), 0);
    const all = (pick: (need: HostRequirements) => string[] | undefined): string =>
      [...new Set(needs.flatMap((need) => pick(need) ?? []))].sort().join("\n");
    const files = all((need) => need.files);
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
      ports: this.host.ports.claims().join("\n"),
      endpoints: all((need) => need.endpoints),
      downloads: all((need) => need.downloads),
      ...(files ? { files } : {}),
      ...(this.host.firewall ? { firewall: "true" } : {}),
    };
  }
}
