import { TerraformStack } from "cdktf";
import { FRAMEWORK } from "../framework";
import { ComponentState, HostRequirements, requireCertificate, Secret, TlsCertificate } from "../remote";
import {
  ANY_ADDRESS,
  bracketed,
  canonicalAddress,
  ConstructError,
  hostPort,
  isLoopback,
  isV4,
  LOOPBACK,
  requireIpAddress,
  requireSources,
} from "../validation";
import { ClusterComponent } from "./cluster-component";
import { ClusterFrame } from "./cluster-frame";
import { renderCommandFile } from "./command-file";
import { environmentState } from "./component-environment";
import { WebAdminFrontEnd } from "./load-balancer-config";

/** What web-admin can be told. */
export interface WebAdminOptions {
  /**
   * The port on which it listens.
   *
   * @default 8183
   */
  readonly port?: number;

  /**
   * The address on which it listens. By default only the host itself reaches it: `cdktf-zato web-admin CLUSTER`
   * brings it to an administrator's machine.
   *
   * @default "127.0.0.1"
   */
  readonly bindAddress?: string;

  /**
   * The networks, as `10.0.0.0/8` or `2001:db8::/32`, or addresses from which it is reached. It is the host's firewall
   * that sees to it, or with a `certificate` the cluster's HAProxy.
   *
   * @default - anywhere from where `bindAddress` is reached
   */
  readonly allowedNetworks?: readonly string[];

  /**
   * The certificate with which it is reached by HTTPS, on `tlsPort`. It is the cluster's HAProxy that speaks TLS then;
   * `port` is left to the host itself.
   *
   * @default - plain HTTP
   */
  readonly certificate?: TlsCertificate;

  /**
   * The port on which it is reached by HTTPS.
   *
   * @default 8184
   */
  readonly tlsPort?: number;

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

  /** The certificate with which it is reached by HTTPS, if it is. */
  public readonly certificate?: TlsCertificate;

  private readonly tlsPort: number;
  private readonly allowedNetworks?: readonly string[];

  /** @hidden A cluster makes its components itself. */
  constructor(frame: ClusterFrame, id: string, options: WebAdminOptions) {
    super(frame, id, "web-admin");
    this.port = options.port ?? 8183;
    this.bindAddress = requireIpAddress(this, "address to listen on", options.bindAddress ?? LOOPBACK);
    this.machine.ports.claim(this, this.port, "web-admin");
    this.tlsPort = options.tlsPort ?? 8184;
    this.certificate = options.certificate === undefined ? undefined : requireCertificate(this, options.certificate);
    if (this.certificate) {
      this.machine.ports.claim(this, this.tlsPort, "web-admin with TLS");
    }
    this.allowedNetworks = this.requireNetworks(options.allowedNetworks);
    if (!isLoopback(this.bindAddress)) {
      this.requireReachable();
      this.machine.ingress.admit({
        protocol: "tcp",
        port: this.certificate ? this.tlsPort : this.port,
        from: () => this.allowedNetworks,
        purpose: "web-admin",
      });
    }
  }

  /** Where a browser finds it: on the host itself, unless it listens elsewhere. */
  public get url(): string {
    const isEverywhere = [ANY_ADDRESS, "::"].includes(canonicalAddress(this.bindAddress));
    const reachable = isEverywhere ? this.host.address : this.bindAddress;
    return this.certificate
      ? `https://${hostPort(reachable, this.tlsPort)}/`
      : `http://${hostPort(reachable, this.port)}/`;
  }

  /** The command that opens it on the machine of whoever has the program. */
  public get openWith(): string {
    return `npx ${FRAMEWORK.library} web-admin ${TerraformStack.of(this).node.id} ${this.frame.clusterName}`;
  }

  /** What the cluster's HAProxy does for it. @internal */
  public _frontEnd(certificatePlace: string): WebAdminFrontEnd | undefined {
    return (
      this.certificate && {
        bind: hostPort(this.bindAddress, this.tlsPort),
        certificate: certificatePlace,
        allowedNetworks: this.allowedNetworks ?? [],
        server: hostPort(LOOPBACK, this.port),
      }
    );
  }

  /** Where its own process listens. */
  private get ownAddress(): string {
    return this.certificate ? LOOPBACK : this.bindAddress;
  }

  /** `0.0.0.0` is every IPv4 address, and none of IPv6. */
  private requireReachable(): void {
    if (this.bindAddress === ANY_ADDRESS && !isV4(this.host.address)) {
      throw new ConstructError(
        this,
        `web-admin would listen on ${this.bindAddress}, and the address of its host is ${this.host.address}`,
        "let it listen on '::', or on that address",
      );
    }
  }

  private requireNetworks(networks: readonly string[] | undefined): readonly string[] | undefined {
    if (networks && !this.certificate && !this.machine.hasFirewall) {
      throw new ConstructError(
        this,
        "nothing keeps others than 'allowedNetworks' from web-admin",
        `give ${this.host.node.path} a 'firewall', or web-admin a 'certificate'`,
      );
    }
    return networks && requireSources(this, "network from which web-admin is reached", networks);
  }

  protected override state(): ComponentState {
    const { path, unit } = this;
    const { clusterName, database, installation, paths, release, secrets } = this.frame;
    const bind = hostPort(this.ownAddress, this.port);
    const command = release.commands.createWebAdmin({ odb: database, path });
    const password = release.commands.updatePassword(path, USER);
    const environmentFile = paths.environmentFile(this.node.id);
    const environment = environmentState(release.webAdminEnvironment(database), environmentFile, secrets);
    return {
      parameters: {
        ...this.common(),
        path,
        unit,
        address: this.ownAddress === ANY_ADDRESS ? hostPort(LOOPBACK, this.port) : bind,
        bind: release.webAdminBindsByConfiguration ? bracketed(this.ownAddress) : "",
        port: String(this.port),
        web_admin_user: USER,
        log_in_path: release.logInPath,
        command_secrets: this.secretFields(command),
        password_secrets: this.secretFields(password),
        ...environment.parameters,
      },
      files: {
        ...environment.files,
        create: renderCommandFile(command),
        update_password: renderCommandFile(password),
        unit: release.webAdminUnit({
          zato: installation.path,
          code: installation._unit,
          path,
          home: paths.home,
          cluster: clusterName,
          labels: this.unitLabels,
          environmentFile,
          bind,
        }),
      },
      secrets: { web_admin_password: secrets.web_admin_password! },
    };
  }

  /** Measured with one worker: 115 MiB. */
  protected override requirements(): HostRequirements {
    return { memory: 115 };
  }
}
