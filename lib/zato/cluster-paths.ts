/** Where a cluster keeps things on its host. */
export class ClusterPaths {
  constructor(private readonly clusterName: string) {}

  /** The folder of a component. */
  public component(name: string): string {
    return `/opt/zato/env/${this.clusterName}/${name}`;
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
    return [this.hotDeploy, this.modules, this.userConf].includes(this.component(name));
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

  /** The folder below `/run` of a unit, which systemd makes and removes. */
  public runtimeDirectory(name: string): string {
    return `zato-${this.clusterName}-${name}`;
  }
}
