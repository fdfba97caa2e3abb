import { Construct } from "constructs";
import { IHost } from "../host";
import { ComponentState, HostRequirements, RemoteComponent } from "../remote";
import { requireOpaque } from "../validation";
import { ZatoRelease } from "./release";
import { RenderedInstallation, ZatoInstallation } from "./zato-installation";

/** What an {@link InstalledZato} is made from. */
export interface InstalledZatoProps {
  readonly host: IHost;
  readonly installation: ZatoInstallation;
  readonly release: ZatoRelease;
  /** Unique on the host. */
  readonly name: string;
}

/** Zato's code on one host, staged before anything that runs is touched. */
export class InstalledZato extends RemoteComponent {
  /** The folder of the code, a virtualenv with `bin/zato`. */
  public readonly path: string;

  private readonly rendered: RenderedInstallation;

  constructor(scope: Construct, id: string, props: InstalledZatoProps) {
    super(scope, id, { host: props.host, kind: "installation", name: props.name });
    const installation = requireOpaque(this, "'installation'", ZatoInstallation, props.installation);
    this.rendered = installation._render(this, props.release.name);
    this.path = this.rendered.path;
  }

  /** What tells this code from another one at the same path; empty where nothing does. @internal */
  public get _build(): string {
    return this.rendered.build;
  }

  /**
   * What the unit of a component that runs the code says of it, so that other code is a restart. Where builds lie side by side
   * the unit sees its own at the path that it was built at. @internal
   */
  public get _unit(): Readonly<Record<string, string>> {
    const { build, folder } = this.rendered;
    if (folder) {
      return { BindReadOnlyPaths: `${folder}:${this.path}` };
    }
    return build ? { "X-Zato-Build": build } : {};
  }

  protected override get label(): string {
    return this.node.id;
  }

  protected override state(): ComponentState {
    return { parameters: { zato: this.path, ...this.rendered.parameters }, files: this.rendered.files };
  }

  /** The code takes 850 MB, and twice as much while it is unpacked. */
  protected override requirements(): HostRequirements {
    return { disk: 2048, downloads: this.rendered.downloads };
  }
}
