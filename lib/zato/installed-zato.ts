import { Construct } from "constructs";
import { IHost } from "../host";
import { ComponentState, HostRequirements, RemoteComponent } from "../remote";
import { requireOpaque } from "../validation";
import { placeParameters, rootDirectives } from "./image-root";
import { ReleaseDemands } from "./release/release-demands";
import { RenderedInstallation } from "./rendered-installation";
import { ZatoInstallation } from "./zato-installation";

/** What an {@link InstalledZato} is made from. */
export interface InstalledZatoProps {
  /** The machine that it is installed on. */
  readonly host: IHost;
  /** Where the machine gets it from. */
  readonly installation: ZatoInstallation;
  /** The release that it has to be. */
  readonly release: { readonly name: string };
  /**
   * What the release needs besides.
   *
   * @default - nothing
   */
  readonly demands?: ReleaseDemands;
  /** Unique on the host. */
  readonly name: string;
}

/** Zato's code on one host, staged before anything that runs is touched. */
export class InstalledZato extends RemoteComponent {
  /** The folder of the code, a virtualenv with `bin/zato`. */
  public readonly path: string;

  private readonly rendered: RenderedInstallation;
  private readonly demands?: ReleaseDemands;

  constructor(scope: Construct, id: string, props: InstalledZatoProps) {
    super(scope, id, { host: props.host, kind: "installation", name: props.name });
    const installation = requireOpaque(this, "'installation'", ZatoInstallation, props.installation);
    this.rendered = installation._render(this, props.release.name);
    this.path = this.rendered.path;
    Object.entries(this.rendered.shared ?? {}).forEach(([what, declared]) =>
      this.machine.claims.share(this, what, declared),
    );
    this.demands = props.demands;
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
    const { build, folder, root } = this.rendered;
    if (root) {
      return rootDirectives(root);
    }
    if (folder) {
      return { BindReadOnlyPaths: `${folder}:${this.path}` };
    }
    return build ? { "X-Zato-Build": build } : {};
  }

  /** The file system in which the code is found at its path, if not that of the host. @internal */
  public get _root(): string | undefined {
    return this.rendered.root;
  }

  protected override get label(): string {
    return this.node.id;
  }

  protected override state(): ComponentState {
    const { parameters, files, secrets } = this.rendered;
    return {
      parameters: {
        ...placeParameters({ zato: this.path, root: this._root }),
        ...parameters,
        ...this.needed(parameters),
      },
      files,
      secrets,
    };
  }

  /** Libraries are the host's where the code is, and else the image's. */
  private needed({ packages }: Readonly<Record<string, string>>): Record<string, string> {
    const { hostPackages = [], libraries = {} } = this.demands ?? {};
    const ofHost = [...hostPackages, ...(this._root === undefined ? Object.values(libraries) : [])];
    const lines = Object.entries(libraries).map((words) => words.join(" "));
    return {
      ...(ofHost.length > 0 && { packages: [...(packages ? [packages] : []), ...ofHost].join("\n") }),
      ...(this._root !== undefined && lines.length > 0 && { libraries: lines.join("\n") }),
    };
  }

  /** The code of an archive takes 850 MB, and twice as much while it is unpacked. */
  protected override requirements(): HostRequirements {
    const { disk = 2048, downloads, endpoints, folder } = this.rendered;
    return { disk, downloads, endpoints, ...(folder && { facts: { archive_paths: [this.path] } }) };
  }
}
