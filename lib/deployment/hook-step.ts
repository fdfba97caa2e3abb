import { basename } from "node:path";
import { Annotations, LocalExecProvisioner, TerraformResource } from "cdktf";
import { Construct } from "constructs";
import {
  AssetFolder,
  Carried,
  CarrierResource,
  carryTo,
  HostFacts,
  HostScriptsAsset,
  Predecessor,
  runScript,
  stageFolder,
  stageText,
  STAGING,
  stagingName,
  terraformText,
} from "../remote";
import { requireLine } from "../validation";
import { Hook } from "./hook";

/** After what a hook runs, and when again. */
export interface HookOccasion extends Pick<Carried, "triggers" | "dependsOn" | "text"> {
  /** What the script is told, by the ends of variables' names. */
  readonly about: Readonly<Record<string, string>>;
  /** The hosts that it is about; where one is lost, it does not run. */
  readonly hosts: readonly HostFacts[];
}

/** What a step of a rollout is made from that runs a hook. */
export interface HookStepProps {
  readonly hook: Hook;
  /** The property by which the hook is declared: `afterCluster`. */
  readonly property: string;
  /** What it is called where it says something: `afterCluster of host1`. */
  readonly label: string;
  /** What is deployed when it fails, and what is not. */
  readonly leaves: string;
  /** Asked at synth; gives nothing where there is nothing to run it for. */
  readonly occasion: () => HookOccasion | undefined;
}

/** A step of a rollout that runs a script of the user's. What comes after it, comes when that has ended well. */
export class HookStep extends Construct implements Predecessor {
  /** It is on no host of components, whatever it does there. */
  public readonly host = this;
  public readonly desiredState: TerraformResource;
  public readonly lifetime: TerraformResource;
  public readonly forSuccessors = "";
  public readonly predecessors = [];

  private readonly resource: CarrierResource;

  /** @throws ConstructError when the hook's script is none that could run, or its timeout is none */
  constructor(scope: Construct, id: string, props: HookStepProps) {
    super(scope, id);
    const { hook, property, label, leaves, occasion } = props;
    const { _file: file, _host: host } = hook;
    const timeout = hook._requireRunnable(this, property);
    const script = new AssetFolder(this, "script");
    script.add(this, "script", file);
    if (host?.isLost) {
      Annotations.of(this).addWarning(
        `${this.node.path}: the hook does not run, since its host ${host.hostName} is lost`,
      );
    }
    this.resource = new CarrierResource(this, "Resource", () => {
      const found = occasion();
      if (!found) {
        return undefined;
      }
      const { about, hosts, ...rest } = found;
      const variables = literal({
        hook_where: host?.hostName ?? "deployer",
        hook_label: label,
        hook_file: requireLine(this, `the name of the script of '${property}'`, basename(file)),
        hook_timeout: String(timeout),
        hook_leaves: leaves,
        CDKTF_ZATO_HOOK: property,
        ...Object.fromEntries(Object.entries(about).map(([end, value]) => [`CDKTF_ZATO_${end}`, value])),
      });
      const carried = host ? this.onHost(host, script, variables, rest) : this.onDeployer(script, variables, rest);
      const lost = hosts.find(({ isLost }) => isLost);
      return lost ? carryTo(lost, carried) : carried;
    });
    this.desiredState = this.resource;
    this.lifetime = this.resource;
  }

  /** Whether there is something to run it for; only to be asked for at synth. */
  public get hasOccasion(): boolean {
    return this.resource.isRendered;
  }

  private onDeployer(script: AssetFolder, variables: Record<string, string>, rest: Rest): Carried {
    const run: LocalExecProvisioner & { readonly quiet: true } = {
      type: "local-exec",
      command: `sh ${HostScriptsAsset.of(this).path}/run-hook.sh`,
      environment: { ...variables, hook_script: `${script.path}/script` },
      quiet: true,
    };
    return { ...rest, provisioners: [run] };
  }

  private onHost(
    host: NonNullable<Hook["_host"]>,
    script: AssetFolder,
    about: Record<string, string>,
    rest: Rest,
  ): Carried {
    const staged = stagingName(this.node.id);
    const lines = Object.entries(about).map(([name, value]) => `${name}=${value}\n`);
    return carryTo(host, {
      ...rest,
      dependsOn: [...rest.dependsOn, host.presence.preflight],
      provisioners: [
        stageFolder(`${staged}.files`, script.path),
        stageText(`${staged}.about`, lines.join("")),
        runScript(host, "hook.sh", `${STAGING}/${staged}`),
      ],
    });
  }
}

type Rest = Pick<Carried, "triggers" | "dependsOn" | "text">;

function literal(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, terraformText(value)]));
}
