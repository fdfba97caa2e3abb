import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { ITerraformDependable } from "cdktf";
import { Construct, IConstruct } from "constructs";
import { ConstructError, requireAll, requireEach, requireOwnFramework } from "../validation";
import { requireResourceId, requireZone } from "./aws-names";
import { AwsTags, AwsTagsProps } from "./aws-tags";
import { EVERYBODY, requireCidr, sixteenthOf } from "./cidr";

/** One subnet, and what it is lost together with. */
export interface AwsSubnet {
  /** `subnet-…`, or a token. */
  readonly subnetId: string;

  /** Its availability zone, for example `eu-central-1a`. */
  readonly availabilityZone: string;
}

/** Subnets of a VPC, one in each availability zone. */
export interface IAwsNetwork extends IConstruct {
  /** The id of the VPC. */
  readonly vpcId: string;

  /** The address ranges of the VPC. */
  readonly cidrBlocks: readonly string[];

  /** The subnets, each in a zone of its own. */
  readonly subnets: readonly AwsSubnet[];

  /** What must exist before anything in the subnets is reached from elsewhere. */
  readonly routes: readonly ITerraformDependable[];
}

/** What an {@link AwsNetwork} is declared with. */
export interface AwsNetworkProps extends AwsTagsProps {
  /** The availability zones, at least two of one region, for example `eu-central-1a` and `eu-central-1b`. */
  readonly availabilityZones: readonly string[];

  /**
   * The address range of the VPC, from /16 to /24. Each zone gets a sixteenth, by its letter.
   *
   * @default "10.0.0.0/16"
   */
  readonly cidrBlock?: string;
}

/** What an {@link IAwsNetwork} that exists already is referred to by. */
export interface AwsNetworkAttributes {
  /** `vpc-…`, or a token. */
  readonly vpcId: string;

  /** The address ranges of the VPC. */
  readonly cidrBlocks: readonly string[];

  /** One subnet in each zone. Where there are public and private ones, describe two networks of the same VPC. */
  readonly subnets: readonly AwsSubnet[];
}

/**
 * A VPC with one public subnet in each zone, and a way to the Internet. Whoever has a VPC refers to it with
 * `fromAttributes()`.
 *
 * @example
 * new AwsNetwork(this, "network", { availabilityZones: ["eu-central-1a", "eu-central-1b"] });
 */
export class AwsNetwork extends Construct implements IAwsNetwork {
  /**
   * Refers to subnets that exist already.
   *
   * @throws ConstructError when an id is none, or the subnets are not in zones of their own
   */
  public static fromAttributes(scope: Construct, id: string, attributes: AwsNetworkAttributes): IAwsNetwork {
    return new ExistingNetwork(scope, id, attributes);
  }

  public readonly vpcId: string;
  public readonly cidrBlocks: readonly string[];
  public readonly subnets: readonly AwsSubnet[];
  public readonly routes: readonly ITerraformDependable[];

  /** The VPC. */
  public readonly vpc: Vpc;

  /**
   * @throws ConstructError when there are not two zones of different letters, or the address range is none or too small
   */
  constructor(scope: Construct, id: string, props: AwsNetworkProps) {
    super(scope, id);
    requireOwnFramework(this);
    const cidrBlock = requireCidr(this, "address range of a VPC", props.cidrBlock ?? "10.0.0.0/16");
    const prefix = Number(cidrBlock.split("/")[1]);
    if (prefix < 16 || prefix > 24) {
      throw new ConstructError(this, `a VPC of ${cidrBlock} has no room for subnets`, "give a range from /16 to /24");
    }
    requireDistinctZones(this, props.availabilityZones);
    const own = new AwsTags(this, props.tags);
    const tags = own.of();
    this.vpc = new Vpc(this, "Resource", { cidrBlock, enableDnsHostnames: true, enableDnsSupport: true, tags });
    const gateway = new InternetGateway(this, "gateway", { vpcId: this.vpc.id, tags });
    const table = new RouteTable(this, "routes", { vpcId: this.vpc.id, tags });
    const route = new Route(this, "default-route", {
      routeTableId: table.id,
      destinationCidrBlock: EVERYBODY,
      gatewayId: gateway.id,
    });
    const members = props.availabilityZones.map((availabilityZone) => {
      const subnet = new Subnet(this, `subnet-${availabilityZone}`, {
        vpcId: this.vpc.id,
        availabilityZone,
        // By the zone's letter, so that another zone more or less moves none.
        cidrBlock: sixteenthOf(cidrBlock, availabilityZone.charCodeAt(availabilityZone.length - 1) - 97),
        tags: own.of(`${this.node.path} ${availabilityZone}`),
      });
      const association = new RouteTableAssociation(this, `routes-${availabilityZone}`, {
        subnetId: subnet.id,
        routeTableId: table.id,
      });
      return { association, subnet: { subnetId: subnet.id, availabilityZone } };
    });
    this.vpcId = this.vpc.id;
    this.cidrBlocks = [cidrBlock];
    this.subnets = members.map(({ subnet }) => subnet);
    this.routes = [route, ...members.map(({ association }) => association)];
  }
}

class ExistingNetwork extends Construct implements IAwsNetwork {
  public readonly vpcId: string;
  public readonly cidrBlocks: readonly string[];
  public readonly subnets: readonly AwsSubnet[];
  public readonly routes: readonly ITerraformDependable[] = [];

  constructor(scope: Construct, id: string, { vpcId, cidrBlocks, subnets }: AwsNetworkAttributes) {
    super(scope, id);
    requireAll({
      vpcId: () => requireResourceId(this, "VPC", "vpc", vpcId),
      cidrBlocks: () => requireEach(cidrBlocks, (cidr) => requireCidr(this, "address range of a VPC", cidr)),
      subnets: () => requireEach(subnets, ({ subnetId }) => requireResourceId(this, "subnet", "subnet", subnetId)),
      zones: () =>
        requireDistinctZones(
          this,
          subnets.map(({ availabilityZone }) => availabilityZone),
        ),
    });
    this.vpcId = vpcId;
    this.cidrBlocks = [...cidrBlocks];
    this.subnets = [...subnets];
  }
}

/** What balances has to be in two zones of its region. */
function requireDistinctZones(scope: IConstruct, zones: readonly string[]): void {
  requireEach(zones, (zone) => requireZone(scope, zone));
  if (new Set(zones).size < 2) {
    throw new ConstructError(
      scope,
      zones.length === 0 ? "the network has no subnets" : `all subnets are in the availability zone ${zones[0]}`,
      "give subnets in at least two zones: a load balancer of AWS needs them, and a zone is lost as a whole",
    );
  }
  const twice = zones.find((zone, position) => zones.indexOf(zone) !== position);
  if (twice !== undefined) {
    throw new ConstructError(
      scope,
      `two subnets are in the availability zone ${twice}`,
      "give one subnet for each zone; describe public and private subnets as two networks of the same VPC",
    );
  }
  const other = zones.find((zone) => zone.slice(0, -1) !== zones[0]!.slice(0, -1));
  if (other !== undefined) {
    throw new ConstructError(
      scope,
      `${zones[0]} and ${other} are not in one region`,
      "give zones of the region that the provider works in",
    );
  }
}
