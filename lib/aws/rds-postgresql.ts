import { DbInstance } from "@cdktf/provider-aws/lib/db-instance";
import { DbSubnetGroup } from "@cdktf/provider-aws/lib/db-subnet-group";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { Construct } from "constructs";
import { requireSecret, Secret, secretValue } from "../remote";
import { ConstructError, requireAll, requireOwnFramework, requireWhole } from "../validation";
import { OdbDatabase } from "../zato";
import { AwsTags, AwsTagsProps } from "./aws-tags";
import { Ec2Host } from "./ec2-host";

/** What an {@link RdsPostgresql} is declared with. */
export interface RdsPostgresqlProps extends AwsTagsProps {
  /** The machine of the one cluster that uses the database, which is beside it in its availability zone. */
  readonly host: Ec2Host;

  /** The password, from a variable; its version is a whole number. A higher one makes AWS and Zato take a new value. */
  readonly password: Secret;

  /**
   * The instance class.
   *
   * @default "db.t4g.small"
   */
  readonly instanceClass?: string;

  /**
   * The storage in GiB, encrypted.
   *
   * @default 20
   */
  readonly allocatedStorage?: number;

  /**
   * The major version of PostgreSQL. AWS updates minor ones. `backup` of a cluster needs client programs on its host that are no
   * older: Debian 12 has 15, Debian 13 has 17, Ubuntu 22.04 has 14 and 24.04 has 16; newer ones are taken from apt.postgresql.org.
   *
   * @default "16"
   */
  readonly engineVersion?: string;

  /**
   * Whether AWS keeps a replica in another zone and moves to it.
   *
   * @default - false: where the zone is lost, so is the cluster's machine, and the other cluster has its own database
   */
  readonly multiAz?: boolean;

  /**
   * Days that AWS keeps its daily backups, 0 to 35.
   *
   * @default 7
   */
  readonly backupRetention?: number;

  /**
   * The ARN of the key that encrypts the storage.
   *
   * @default - the account's key for RDS
   */
  readonly kmsKeyId?: string;

  /**
   * Whether AWS refuses to delete it, by Terraform too. A last snapshot is taken in any case.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;
}

const PORT = 5432;
const DATABASE = "zato";

/**
 * A PostgreSQL of Amazon RDS for the ODB of one cluster. Its password is write-only to Terraform: neither state nor plan have it
 * (Terraform ≥ 1.11).
 *
 * @example
 * const database = new RdsPostgresql(this, "odb1", { host: host1, password: Secret.fromVariable(odb1Password) });
 * new ZatoCluster(this, "cluster1", { host: host1, installation, odb: database.odb });
 */
export class RdsPostgresql extends Construct {
  /** The database instance. */
  public readonly instance: DbInstance;

  /** What it lets in. */
  public readonly securityGroup: SecurityGroup;

  /** The database as a cluster takes it. */
  public readonly odb: OdbDatabase;

  /**
   * @throws ConstructError when the id is no name in RDS, the password is generated on a host or its version is no number, or
   * a number is out of range
   */
  constructor(scope: Construct, id: string, props: RdsPostgresqlProps) {
    super(scope, id);
    requireOwnFramework(this);
    const { host, password } = props;
    const { network } = host;
    const { tags, allocatedStorage, backupRetentionPeriod, login } = requireAll({
      id: () => this.requireIdentifier(),
      tags: () => new AwsTags(this, props.tags).of(),
      allocatedStorage: () => requireWhole(this, "the storage in GiB", props.allocatedStorage ?? 20, 20, 65536),
      backupRetentionPeriod: () =>
        requireWhole(this, "the days that backups are kept", props.backupRetention ?? 7, 0, 35),
      login: () => this.passwordOf(password),
    });
    this.securityGroup = new SecurityGroup(this, "security-group", {
      namePrefix: `zato-${id}-`,
      description: `ODB ${this.node.path}`,
      vpcId: network.vpcId,
      tags,
      lifecycle: { createBeforeDestroy: true },
    });
    const ingress = new VpcSecurityGroupIngressRule(this, "from-host", {
      securityGroupId: this.securityGroup.id,
      referencedSecurityGroupId: host.securityGroup.id,
      description: host.node.path,
      ipProtocol: "tcp",
      fromPort: PORT,
      toPort: PORT,
      tags,
    });
    const subnets = new DbSubnetGroup(this, "subnets", {
      namePrefix: `zato-${id.toLowerCase()}-`,
      subnetIds: network.subnets.map(({ subnetId }) => subnetId),
      tags,
    });
    this.instance = new DbInstance(this, "Resource", {
      identifier: id,
      engine: "postgres",
      engineVersion: props.engineVersion ?? "16",
      instanceClass: props.instanceClass ?? "db.t4g.small",
      allocatedStorage,
      storageType: "gp3",
      storageEncrypted: true,
      kmsKeyId: props.kmsKeyId,
      dbName: DATABASE,
      username: DATABASE,
      port: PORT,
      ...login,
      dbSubnetGroupName: subnets.name,
      vpcSecurityGroupIds: [this.securityGroup.id],
      publiclyAccessible: false,
      multiAz: props.multiAz ?? false,
      availabilityZone: props.multiAz ? undefined : host.failureDomain,
      backupRetentionPeriod,
      copyTagsToSnapshot: true,
      deletionProtection: props.deletionProtection ?? true,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: `${id}-final`,
      tags,
      dependsOn: [ingress],
    });
    this.odb = OdbDatabase.postgresql({
      host: this.instance.address,
      port: PORT,
      database: DATABASE,
      username: DATABASE,
      password,
    });
  }

  /** As RDS takes it, of letters, digits and single hyphens. */
  private requireIdentifier(): void {
    const { id } = this.node;
    if (!/^[a-z](-?[a-z0-9]){0,55}$/.test(id) || id.length > 56) {
      throw new ConstructError(
        this,
        `'${id}' cannot be the name of a database instance in RDS (${id.length} characters)`,
        "give an id of 1 to 56 lower-case letters, digits and single hyphens that begins with a letter and ends with none",
      );
    }
  }

  private passwordOf(password: Secret): { passwordWo: string; passwordWoVersion: number } {
    const { _variable: variable, version } = requireSecret(this, "the database's password", password);
    if (!variable) {
      throw new ConstructError(
        this,
        "the database's password cannot be generated on the Zato host",
        "RDS has to know it too: give it by Secret.fromVariable()",
      );
    }
    if (!/^[1-9]\d{0,8}$/.test(version)) {
      throw new ConstructError(
        this,
        `the version '${version}' of the database's password is no whole number`,
        "count the values: version '1', '2' and so on",
      );
    }
    return { passwordWo: secretValue(this, variable), passwordWoVersion: Number(version) };
  }
}
