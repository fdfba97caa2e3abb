import { Token } from "cdktf";

/** Where a cluster keeps things on its host. */
export class ClusterPaths {
  constructor(private readonly clusterName: string) {}

  /** The folder of all that Zato creates for the cluster. */
  public get folder(): string {
    return `/opt/zato/env/${this.clusterName}`;
  }

  /** What goes with the cluster: that folder, and those of packages and of configuration. */
  public get foldersOfCluster(): string[] {
    return [this.folder, `/opt/zato/packages/${this.clusterName}`, `/etc/zato/${this.clusterName}`];
  }

  /** The folder of a component. */
  public component(name: string): string {
    return `${this.folder}/${name}`;
  }

  /** The environment file of a server. */
  public environmentFile(server: string): string {
    return `/etc/zato/${this.clusterName}/${server}.env`;
  }

  /** The folder whose Python files Zato deploys, at start and whenever they change. */
  public get hotDeploy(): string {
    return this.component("hot-deploy");
  }

  /** Whether a folder of this name holds something else than a component. */
  public isTaken(name: string): boolean {
    return [this.hotDeploy, this.modules, this.userConf, this.static, this.home].includes(this.component(name));
  }

  /** What is the home of the processes of a release that keeps things there. */
  public get home(): string {
    return this.component("home");
  }

  /** The folder of files that services open by their path. */
  public get static(): string {
    return this.component("static");
  }

  /** The folder of the Python packages that services need beside a build of Zato. */
  public packages(build: string): string {
    const name = Token.isUnresolved(build) ? build : build.replace(/^[^A-Za-z0-9]|[^A-Za-z0-9.+~-]/g, "_");
    return `/opt/zato/packages/${this.clusterName}/${name || "installed"}`;
  }

  /** The folder of a component's configuration that is root's, for it to read. */
  public configuration(name: string): string {
    return `/etc/zato/${this.clusterName}/${name}`;
  }

  /** What a component has on the host, whatever kind it is of. */
  public of(name: string): string[] {
    return [
      this.unit(name),
      this.timer(name),
      this.component(name),
      this.configuration(name),
      this.environmentFile(name),
      `/run/${this.runtimeDirectory(name)}`,
    ];
  }

  /** What the cluster as a whole has on the host; its components have theirs in it. */
  public get ofCluster(): string[] {
    return [
      this.hotDeploy,
      this.modules,
      this.userConf,
      this.static,
      ...this.foldersOfCluster,
      `/etc/cdktf-zato/secrets/${this.clusterName}`,
      `/etc/cdktf-zato/content-secrets/${this.clusterName}`,
      `/var/lib/cdktf-zato/baseline-${this.clusterName}.json`,
    ];
  }

  /** The folder of Python modules that services import. */
  public get modules(): string {
    return this.component("modules");
  }

  /** The folder of user configuration files. */
  public get userConf(): string {
    return this.component("user-conf");
  }

  /** The systemd unit of a component. */
  public unit(name: string): string {
    return `zato-${this.clusterName}-${name}.service`;
  }

  /** The systemd timer of a component. */
  public timer(name: string): string {
    return `zato-${this.clusterName}-${name}.timer`;
  }

  /** The socket by which the HAProxy of a load-balancer takes commands. */
  public socket(name: string): string {
    return `/run/${this.runtimeDirectory(name)}/admin.sock`;
  }

  /** The folder below `/run` of a unit, which systemd makes and removes. */
  public runtimeDirectory(name: string): string {
    return `zato-${this.clusterName}-${name}`;
  }
}
