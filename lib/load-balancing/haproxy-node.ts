import { Construct } from "constructs";
import { IHost } from "../host";
import { ComponentState, HostRequirements, RemoteComponent } from "../remote";
import { unitOf } from "../zato/systemd-unit";

/** What a node of a {@link HaproxyLoadBalancer} is made from. */
export interface HaproxyNodeProps {
  readonly host: IHost;
  /** The name of the load balancer, unique on the host. */
  readonly name: string;
  readonly port: number;
  /** The configuration of HAProxy; asked for at synth. */
  readonly haproxyConfig: () => string;
  /** The configuration of keepalived, empty without a virtual address. */
  readonly keepalivedConfig: string;
  /** Where the host itself reaches what it serves. */
  readonly ownEntry: string;
}

/** One host of a {@link HaproxyLoadBalancer}. */
export class HaproxyNode extends RemoteComponent {
  private readonly props: HaproxyNodeProps;

  constructor(scope: Construct, id: string, props: HaproxyNodeProps) {
    super(scope, id, { host: props.host, kind: "haproxy", name: props.name });
    this.props = props;
    props.host.ports.claim(this, props.port, `the load balancer ${props.name}`);
  }

  protected override state(): ComponentState {
    const { name, keepalivedConfig } = this.props;
    const folder = `/etc/zato-${name}`;
    const config = `${folder}/haproxy.cfg`;
    return {
      parameters: {
        folder,
        unit: `zato-${name}.service`,
        vrrp_unit: `zato-${name}-vrrp.service`,
        own_address: this.host.address,
        own_entry: this.props.ownEntry,
      },
      files: {
        config: this.props.haproxyConfig(),
        unit: unitOf(`Load balancer ${name} in front of Zato's clusters`, {
          Type: "notify",
          // The master opens privileged ports, and addresses that are the other host's at the moment.
          User: "root",
          Group: "root",
          RuntimeDirectory: `zato-${name}`,
          RuntimeDirectoryMode: "0700",
          // Every request is refused until it is back, or keepalived has noticed.
          RestartSec: "100ms",
          ExecStartPre: `/usr/sbin/haproxy -c -q -f ${config}`,
          ExecStart: `/usr/sbin/haproxy -Ws -f ${config} -p /run/zato-${name}/pid`,
          ExecReload: [`/usr/sbin/haproxy -c -q -f ${config}`, "/bin/kill -USR2 $MAINPID"],
        }),
        ...(keepalivedConfig
          ? { keepalived: keepalivedConfig, vrrp_unit: this.vrrpUnit(name, `${folder}/keepalived.conf`) }
          : {}),
      },
    };
  }

  protected override requirements(): HostRequirements {
    return { memory: 64, disk: 64 };
  }

  private vrrpUnit(name: string, config: string): string {
    return unitOf(`Virtual address of the load balancer ${name}`, {
      Type: "simple",
      User: "root",
      Group: "root",
      RuntimeDirectory: `zato-${name}-vrrp`,
      ExecStart:
        `/usr/sbin/keepalived --dont-fork --log-console --vrrp --use-file ${config} ` +
        `--pid /run/zato-${name}-vrrp/pid --vrrp_pid /run/zato-${name}-vrrp/vrrp.pid`,
      ExecReload: "/bin/kill -HUP $MAINPID",
    });
  }
}
