import { ComponentState, HostRequirements, Secret } from "../remote";
import { hostPort, LOOPBACK, requireIpAddress } from "../validation";
import { ClusterComponent } from "./cluster-component";
import { renderCommandFile, renderSecretFields } from "./command-file";
import type { ZatoCluster } from "./zato-cluster";

/** What web-admin can be told. */
export interface WebAdminOptions {
  /**
   * The port on which it listens.
   *
   * @default 8183
   */
  readonly port?: number;

  /**
   * The address on which it listens. By default only the host itself reaches it: `ssh -L 8183:127.0.0.1:8183 HOST`
   * brings it to an administrator's machine.
   *
   * @default "127.0.0.1"
   */
  readonly bindAddress?: string;

  /**
   * The password of its user `admin`.
   *
   * @default Secret.generated()
   */
  readonly password?: Secret;
}

const USER = "admin";

/** A cluster's web-admin, which shows and changes this cluster alone. */
export class WebAdmin extends ClusterComponent {
  /** The port on which it listens. */
  public readonly port: number;

  /** The address on which it listens. */
  public readonly bindAddress: string;

  /** The user that logs in. */
  public readonly username = USER;

  private readonly password: Secret;

  constructor(cluster: ZatoCluster, id: string, options: WebAdminOptions) {
    super(cluster, id, "web-admin");
    this.port = options.port ?? 8183;
    this.bindAddress = requireIpAddress(this, "address to listen on", options.bindAddress ?? LOOPBACK);
    this.password = options.password ?? Secret.generated();
    this.host.ports.claim(this, this.port, "web-admin");
    this.after(() => [cluster.loadBalancer]);
  }

  /** Where a browser finds it: on the host itself, unless it listens elsewhere. */
  public get url(): string {
    const reachable = this.bindAddress === LOOPBACK ? LOOPBACK : this.host.address;
    return `http://${hostPort(reachable, this.port)}/`;
  }

  protected override state(): ComponentState {
    const { cluster, path, unit } = this;
    const behavior = cluster.release._behavior;
    const bind = hostPort(this.bindAddress, this.port);
    return {
      parameters: {
        ...this.common(),
        path,
        unit,
        address: this.bindAddress === "0.0.0.0" ? hostPort(LOOPBACK, this.port) : bind,
        bind: behavior.webAdminBindsByConfiguration ? this.bindAddress : "",
        port: String(this.port),
        web_admin_user: USER,
        command_secrets: renderSecretFields({
          odb_password: "odb_password",
          admin_invoke_password: "admin_invoke_password",
        }),
        password_secrets: renderSecretFields({ password: "web_admin_password" }),
      },
      files: {
        create: this.commandWithOdb("create_web_admin", { path }),
        update_password: renderCommandFile("update_password", { path, username: USER }),
        unit: behavior.webAdminUnit({
          zato: cluster.installation.path,
          code: cluster.installation._unit,
          path,
          cluster: cluster.clusterName,
          bind,
        }),
      },
      secrets: { web_admin_password: this.password },
    };
  }

  /** Measured with one worker: 115 MiB. */
  protected override requirements(): HostRequirements {
    return { memory: 115 };
  }
}
