import { Construct } from "constructs";
import { IHost } from "../host";
import {
  certificateState,
  CertificateUse,
  ComponentState,
  fromHostFiles,
  HostRequirements,
  RemoteComponent,
  TlsCertificate,
} from "../remote";
import { hostPort } from "../validation";
import { labelsOf, rootUnitOf } from "../zato/systemd-unit";
import { ANSWERING_CLUSTERS, CLUSTERS, LAST_RESORT } from "./haproxy-config";
import { renderKeepalivedCheck } from "./keepalived-config";
import { LoadBalancerPool } from "./pool";

/** What a node of a {@link HaproxyLoadBalancer} is made from. */
export interface HaproxyNodeProps {
  /** The machine that it lives on. */
  readonly host: IHost;
  /** The name of the load balancer, unique on the host. */
  readonly name: string;
  /** The port that clients use. */
  readonly port: number;
  /** The certificate that clients are shown, if they are. */
  readonly certificate?: TlsCertificate;
  /** Whether port 80 is there too, and sends clients on to HTTPS. */
  readonly redirectsHttp: boolean;
  /** Networks of clients, or `undefined` for anywhere. */
  readonly allowedNetworks?: readonly string[];
  /** The other hosts of the load balancer. */
  readonly peerAddresses: readonly string[];
  /** The nodes that are touched before this one; asked for at synth. */
  readonly earlier: () => HaproxyNode[];
  /** The pool; asked for at synth. */
  readonly pool: () => LoadBalancerPool;
  /** The configuration of HAProxy; asked for at synth. */
  readonly haproxyConfig: () => string;
  /** The configuration of keepalived, empty without a virtual address. */
  readonly keepalivedConfig: string;
  /** The number of the virtual router, which none but the peers speak for. */
  readonly virtualRouterId: number;
  /** Where the host itself reaches what it serves. */
  readonly ownEntry: string;
}

/** One host of a {@link HaproxyLoadBalancer}. */
export class HaproxyNode extends RemoteComponent {
  private readonly props: HaproxyNodeProps;

  constructor(scope: Construct, id: string, props: HaproxyNodeProps) {
    super(scope, id, { host: props.host, kind: "haproxy", name: props.name });
    this.props = props;
    // Those of a virtual address are taken away where there is none.
    this.machine.claims.claim(
      this,
      this,
      [props.name, `${props.name}-vrrp`].flatMap((unit) => [`zato-${unit}.service`, `/run/zato-${unit}`]),
    );
    this.machine.claims.claim(this, this, [`/etc/zato-${props.name}`]);
    this.machine.takenFolders.add(this.componentName, [`/etc/zato-${props.name}`]);
    this.machine.takenFolders.keepOut(this, "the certificate file", () => this.ownFiles);
    this.machine.ports.claim(this, props.port, `the load balancer ${props.name}`);
    if (props.redirectsHttp) {
      this.machine.ports.claim(this, 80, `the load balancer ${props.name}, which sends clients on to HTTPS`);
    }
    this.admit();
    // A cluster that cannot be brought to what is declared must not keep the others from being reached.
    this.bringEarly(props.earlier);
  }

  /** Where the certificate for clients is. */
  public static certificatePlace(name: string, certificate: TlsCertificate): string {
    return certificate._hostFile || `/etc/zato-${name}/certificate.pem`;
  }

  /** Where the certificates are by which members are known. */
  public static membersCaPlace(name: string): string {
    return `/etc/zato-${name}/members-ca.pem`;
  }

  /** Where the script is by which keepalived finds out whether HAProxy works. */
  public static checkPlace(name: string): string {
    return `/etc/zato-${name}/check-haproxy`;
  }

  /** The socket by which its HAProxy takes commands. */
  public static socketPlace(name: string): string {
    return `/run/zato-${name}/admin.sock`;
  }

  protected override state(): ComponentState {
    const { name, keepalivedConfig } = this.props;
    const folder = `/etc/zato-${name}`;
    const config = `${folder}/haproxy.cfg`;
    const { members, tls, healthCheck } = this.props.pool();
    const { parameters, secrets } = certificateState(this.certificates);
    return {
      parameters: {
        folder,
        socket: HaproxyNode.socketPlace(name),
        back_end: CLUSTERS,
        last_back_end: LAST_RESORT,
        ...(healthCheck.servicePath !== undefined && { answering_back_end: ANSWERING_CLUSTERS }),
        unit: `zato-${name}.service`,
        vrrp_unit: `zato-${name}-vrrp.service`,
        own_address: this.host.address,
        entry_url: this.props.ownEntry + healthCheck.path,
        members: members.map(({ address, port }) => hostPort(address, port)).join("\n"),
        ...parameters,
        ...(this.props.keepalivedConfig && {
          virtual_router_id: String(this.props.virtualRouterId),
          peers: this.props.peerAddresses.join("\n"),
          others_told: String(this.props.earlier().length === this.props.peerAddresses.length),
        }),
        ...(tls && {
          members_ca: HaproxyNode.membersCaPlace(name),
          server_name: tls.serverName ?? "",
        }),
      },
      files: {
        config: this.props.haproxyConfig(),
        // The master opens privileged ports, and addresses that are the other host's at the moment.
        unit: rootUnitOf(`Load balancer ${name} in front of Zato's clusters`, labelsOf(this, name), {
          Type: "notify",
          RuntimeDirectory: `zato-${name}`,
          RuntimeDirectoryMode: "0700",
          // Every request is refused until it is back, or keepalived has noticed.
          RestartSec: "100ms",
          ExecStartPre: `/usr/sbin/haproxy -c -q -f ${config}`,
          ExecStart: `/usr/sbin/haproxy -Ws -f ${config} -p /run/zato-${name}/pid`,
          ExecReload: [`/usr/sbin/haproxy -c -q -f ${config}`, "/bin/kill -USR2 $MAINPID"],
        }),
        ...(keepalivedConfig
          ? {
              keepalived: keepalivedConfig,
              check: renderKeepalivedCheck(HaproxyNode.socketPlace(name)),
              vrrp_unit: this.vrrpUnit(name, folder),
            }
          : {}),
        ...(tls && { members_ca: tls.ca }),
      },
      secrets,
      tellsOwner: true,
    };
  }

  protected override requirements(): HostRequirements {
    return { memory: 64, disk: 64, files: this.ownFiles };
  }

  /** Those of the user's own. */
  private get ownFiles(): string[] {
    return fromHostFiles(this.certificates).map(({ place }) => place);
  }

  private get certificates(): CertificateUse[] {
    const { name, certificate } = this.props;
    return certificate
      ? [{ name: "certificate", certificate, place: HaproxyNode.certificatePlace(name, certificate) }]
      : [];
  }

  private admit(): void {
    const { name, port, redirectsHttp, peerAddresses, allowedNetworks } = this.props;
    const { ingress } = this.machine;
    const clients = allowedNetworks && [...allowedNetworks, ...peerAddresses];
    for (const open of redirectsHttp ? [port, 80] : [port]) {
      ingress.admit({ protocol: "tcp", port: open, from: () => clients, purpose: `the load balancer ${name}` });
    }
    ingress.admit({ protocol: "vrrp", from: () => undefined, purpose: `the load balancer ${name}` });
  }

  private vrrpUnit(name: string, folder: string): string {
    const config = `${folder}/keepalived.conf`;
    return rootUnitOf(`Virtual address of the load balancer ${name}`, labelsOf(this, `${name}-vrrp`), {
      Type: "simple",
      RuntimeDirectory: `zato-${name}-vrrp`,
      // Before anything is heard from peers. A kernel without nftables still has keepalived.
      ExecStartPre: `-/usr/sbin/nft -f ${folder}/vrrp.nft`,
      ExecStart:
        `/usr/sbin/keepalived --dont-fork --log-console --vrrp --use-file ${config} ` +
        `--pid /run/zato-${name}-vrrp/pid --vrrp_pid /run/zato-${name}-vrrp/vrrp.pid`,
      ExecReload: "/bin/kill -HUP $MAINPID",
    });
  }
}
