import { Eip } from "@cdktf/provider-aws/lib/eip";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { ITerraformDependable, Lazy, Token } from "cdktf";
import { Construct, IConstruct } from "constructs";
import { HostBase, SshAccessProps } from "../host";
import { ConstructError, requireAll, requireEach, requireLine, requirePort, requireWhole } from "../validation";
import { requireResourceId } from "./aws-names";
import { AwsSubnet, IAwsNetwork } from "./aws-network";
import { AwsTags, AwsTagsProps } from "./aws-tags";
import { EVERYBODY, isWithin, requireCidr, ruleId } from "./cidr";
import { cpusOf } from "./instance-type";

/** What an {@link Ec2Host} is declared with. */
export interface Ec2HostProps extends AwsTagsProps {
  /** The network that the machine is in. */
  readonly network: IAwsNetwork;

  /** The availability zone, one of the network's: what the machine is lost together with. */
  readonly availabilityZone: string;

  /** The image of a Debian ≥ 12 or Ubuntu ≥ 22.04, `ami-…`. Another one does not replace a machine that exists. */
  readonly imageId: string;

  /** The instance type, for example `m7i.xlarge`. */
  readonly instanceType: string;

  /**
   * How the machine is reached, as with a `PhysicalHost`. The image says which user logs in; `hostKey` is the key that
   * the image brings, or what AWS's console output says of the machine (see docs/aws.md).
   */
  readonly ssh: SshAccessProps;

  /** IPv4 networks that administrators and bastions come from; nobody else reaches SSH. */
  readonly adminCidrs: readonly string[];

  /**
   * Further ports that the administrators reach, for example web-admin's where it does not listen on loopback.
   *
   * @default - none
   */
  readonly adminPorts?: readonly number[];

  /**
   * The name of the EC2 key pair whose public key the image lets in.
   *
   * @default - none; the image knows who may log in
   */
  readonly keyName?: string;

  /**
   * Whether the machine gets an Elastic IP, and is reached there. Otherwise it is reached at its private address:
   * through `ssh.bastion`, a VPN or Direct Connect.
   *
   * @default false
   */
  readonly elasticIp?: boolean;

  /**
   * The IPv4 address of the machine in its subnet. A machine that replaces it has the same.
   *
   * @default - AWS chooses one
   */
  readonly privateAddress?: string;

  /**
   * The number of CPUs, as `nproc` counts them. The machine is checked to have as many.
   *
   * @default - what the name of the instance type says
   */
  readonly cpus?: number;

  /**
   * Memory in MiB that the machine must have.
   *
   * @default - what the components on the host need
   */
  readonly memory?: number;

  /**
   * The size of the encrypted root volume, in GiB.
   *
   * @default 30
   */
  readonly volumeSize?: number;

  /**
   * The ARN of the key that encrypts the volume.
   *
   * @default - the account's key for EBS
   */
  readonly kmsKeyId?: string;

  /**
   * The name of an IAM instance profile.
   *
   * @default - none; nothing on the machine may call AWS
   */
  readonly instanceProfile?: string;

  /**
   * Further security groups of the machine.
   *
   * @default - none but its own
   */
  readonly securityGroupIds?: readonly string[];

  /**
   * Whether AWS refuses to terminate the machine, by Terraform too. Its databases live on it by default.
   *
   * @default true
   */
  readonly terminationProtection?: boolean;

  /**
   * What people know the machine by, as with a `PhysicalHost`. Nothing in AWS depends on it.
   *
   * @default - none
   */
  readonly labels?: Readonly<Record<string, string>>;

  /**
   * Whether the machine is lost for now, as with a `PhysicalHost`.
   *
   * @default false
   */
  readonly lost?: boolean;

  /**
   * Another value brings everything to the machine again. A machine that AWS replaced is noticed without it.
   *
   * @default "1"
   */
  readonly revision?: string;
}

const EC2_HOST = Symbol.for("cdktf-zato/Ec2Host");

/**
 * A machine of EC2: metadata service version 2 only, encrypted volume, a security group that lets in administrators
 * and the load balancers in front. Its failure domain is its availability zone.
 *
 * @example
 * new Ec2Host(this, "host1", {
 *   network,
 *   availabilityZone: "eu-central-1a",
 *   imageId: "ami-…",
 *   instanceType: "m7i.xlarge",
 *   ssh: { user: "admin", hostKey: "ssh-ed25519 AAAA…" },
 *   adminCidrs: ["203.0.113.0/24"],
 *   elasticIp: true,
 * });
 */
export class Ec2Host extends HostBase {
  /** True for an {@link Ec2Host} of this library or another copy of it. */
  public static isEc2Host(construct: IConstruct): construct is Ec2Host {
    return EC2_HOST in construct;
  }

  /** The machine. */
  public readonly instance: Instance;

  /** What the machine lets in. */
  public readonly securityGroup: SecurityGroup;

  /** Its public address, if it has one. */
  public readonly elasticIp?: Eip;

  /** Where others in the VPC reach it. */
  public readonly privateAddress: string;

  /** The network that it is in. */
  public readonly network: IAwsNetwork;

  private readonly props: Ec2HostProps;

  private readonly tags: AwsTags;

  /**
   * @throws ConstructError when the network has no such zone, the instance type does not tell its CPUs, or a network, an
   * id, a port or the SSH access cannot be what it claims to be
   */
  constructor(scope: Construct, id: string, props: Ec2HostProps) {
    // Known when the children exist, which they cannot before the host does.
    const machine: { address?: string; instanceId?: string } = {};
    super(scope, id, Lazy.stringValue({ produce: () => machine.address }), {
      cpus: props.cpus ?? cpusOf(scope, props.instanceType),
      ssh: props.ssh,
      memory: props.memory,
      labels: props.labels,
      lost: props.lost,
      failureDomain: props.availabilityZone,
      revision: Lazy.stringValue({ produce: () => `${props.revision ?? "1"} of ${machine.instanceId}` }),
    });
    Object.defineProperty(this, EC2_HOST, { value: true });
    this.props = props;
    this.network = props.network;
    const { adminCidrs, adminPorts = [], securityGroupIds = [], volumeSize = 30 } = props;
    const { tags, subnet } = requireAll({
      tags: () => new AwsTags(this, props.tags),
      revision: () => requireLine(this, "the revision", props.revision ?? "1"),
      subnet: () => this.requireSubnet(),
      image: () => requireResourceId(this, "image", "ami", props.imageId),
      groups: () => requireEach(securityGroupIds, (group) => requireResourceId(this, "security group", "sg", group)),
      volumeSize: () => requireWhole(this, "the size of the volume in GiB", volumeSize, 8, 65536),
      privateAddress: () => this.requirePrivateAddress(),
      administrators: () => this.requireAdministrators(),
      adminCidrs: () => requireEach(adminCidrs, (cidr) => requireCidr(this, "network of administrators", cidr)),
      adminPorts: () => requireEach(adminPorts, (port) => requirePort(this, "a port for administrators", port)),
    });
    this.tags = tags;
    this.securityGroup = new SecurityGroup(this, "security-group", {
      namePrefix: `zato-${id}-`,
      description: `Zato on ${this.node.path}`,
      vpcId: this.network.vpcId,
      tags: this.tags.of(),
      lifecycle: { createBeforeDestroy: true },
    });
    this.instance = this.createInstance(subnet, this.addRules());
    this.privateAddress = props.privateAddress ?? this.instance.privateIp;
    this.elasticIp = props.elasticIp
      ? new Eip(this, "address", { domain: "vpc", instance: this.instance.id, tags: this.tags.of() })
      : undefined;
    machine.address = this.elasticIp?.publicIp ?? this.privateAddress;
    machine.instanceId = this.instance.id;
  }

  /**
   * Lets members of a security group reach a port.
   *
   * @param scope what is removed together with the permission
   * @throws ConstructError when the port is none
   */
  public admit(scope: Construct, id: string, securityGroupId: string, port: number): void {
    new VpcSecurityGroupIngressRule(scope, id, {
      securityGroupId: this.securityGroup.id,
      referencedSecurityGroupId: securityGroupId,
      tags: this.tags.of(),
      ...tcp(requirePort(scope, "a port to open", port)),
    });
  }

  private requireSubnet(): AwsSubnet {
    const { network, availabilityZone } = this.props;
    const subnet = network.subnets.find((one) => one.availabilityZone === availabilityZone);
    if (!subnet) {
      throw new ConstructError(
        this,
        `${network.node.path} has no subnet in '${availabilityZone}'`,
        `give one of ${network.subnets.map((one) => `'${one.availabilityZone}'`).join(", ")}`,
      );
    }
    return subnet;
  }

  private requireAdministrators(): void {
    if (this.props.adminCidrs.length === 0) {
      throw new ConstructError(this, "nobody would reach the machine by SSH", "give a network in 'adminCidrs'");
    }
  }

  private requirePrivateAddress(): void {
    const { network, privateAddress } = this.props;
    const areKnown = ![privateAddress, ...network.cidrBlocks].some((one) => Token.isUnresolved(one));
    if (privateAddress !== undefined && areKnown && !isWithin(privateAddress, network.cidrBlocks)) {
      throw new ConstructError(
        this,
        `'${privateAddress}' is no IPv4 address of the VPC`,
        `give one of the subnet in ${this.failureDomain}, within ${network.cidrBlocks.join(", ")}, or leave it out`,
      );
    }
  }

  /** Who gets in, and that the machine itself gets everywhere: packages, archives, databases, partners. */
  private addRules(): ITerraformDependable[] {
    const { adminCidrs, adminPorts = [], ssh } = this.props;
    const securityGroupId = this.securityGroup.id;
    const rules = new Construct(this, "rules");
    const ports = [...new Set([ssh.port ?? 22, ...adminPorts])];
    const ingress = [...new Set(adminCidrs)].flatMap((cidr, index) =>
      ports.map(
        (port) =>
          new VpcSecurityGroupIngressRule(rules, ruleId([String(port), "from", cidr], index), {
            securityGroupId,
            cidrIpv4: cidr,
            description: port === (ssh.port ?? 22) ? "SSH" : "administration",
            tags: this.tags.of(),
            ...tcp(port),
          }),
      ),
    );
    return [
      ...ingress,
      new VpcSecurityGroupEgressRule(rules, "out", {
        securityGroupId,
        cidrIpv4: EVERYBODY,
        ipProtocol: "-1",
        tags: this.tags.of(),
      }),
    ];
  }

  private createInstance(subnet: AwsSubnet, rules: ITerraformDependable[]): Instance {
    const { props } = this;
    return new Instance(this, "Resource", {
      ami: props.imageId,
      instanceType: props.instanceType,
      subnetId: subnet.subnetId,
      privateIp: props.privateAddress,
      vpcSecurityGroupIds: [this.securityGroup.id, ...(props.securityGroupIds ?? [])],
      keyName: props.keyName,
      iamInstanceProfile: props.instanceProfile,
      disableApiTermination: props.terminationProtection ?? true,
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: {
        encrypted: true,
        kmsKeyId: props.kmsKeyId,
        volumeType: "gp3",
        volumeSize: props.volumeSize ?? 30,
        tags: this.tags.of(),
      },
      tags: this.tags.of(),
      // SSH works from the machine's first to its last moment; removal needs it too.
      dependsOn: [...rules, ...this.network.routes],
      // A newer image is for newer machines: replacing this one would lose its databases.
      lifecycle: { ignoreChanges: ["ami"] },
    });
  }
}

function tcp(port: number): { ipProtocol: string; fromPort: number; toPort: number } {
  return { ipProtocol: "tcp", fromPort: port, toPort: port };
}
