import { IAwsNetwork } from "./aws-network";
import { AwsTagsProps } from "./aws-tags";

/** What the load balancers of AWS have in common. */
export interface AwsLoadBalancerProps extends AwsTagsProps {
  /** Where it stands: subnets in at least two availability zones, public ones unless it is internal. */
  readonly network: IAwsNetwork;

  /**
   * Its name in AWS, unique in account and region.
   *
   * @default - the construct id
   */
  readonly loadBalancerName?: string;

  /**
   * The ARN of the certificate that clients see, in ACM or IAM. With it clients speak TLS.
   *
   * @default - none; clients speak plain text
   */
  readonly certificateArn?: string;

  /**
   * The TLS versions and ciphers, by the name that AWS has for them.
   *
   * @default "ELBSecurityPolicy-TLS13-1-2-2021-06"
   */
  readonly tlsPolicy?: string;

  /**
   * The port that clients use.
   *
   * @default - 443 with a certificate, else 80
   */
  readonly port?: number;

  /**
   * Whether it has private addresses only.
   *
   * @default false
   */
  readonly internal?: boolean;

  /**
   * IPv4 networks that clients come from. Not with `securityGroupIds`.
   *
   * @default - everybody, or the VPC if it is internal
   */
  readonly clientCidrs?: readonly string[];

  /**
   * Security groups of yours. Hosts of EC2 let in the first one.
   *
   * @default - one that lets in clients, and lets out to the clusters
   */
  readonly securityGroupIds?: readonly string[];

  /**
   * Whether AWS refuses to delete it, by Terraform too. To remove it, set this to false and deploy first.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;

  /**
   * Seconds that requests have to end when a cluster is taken out, 0 to 3600.
   *
   * @default - as long as a request may take; to be given where that is more than 3600
   */
  readonly deregistrationDelay?: number;

  /**
   * The bucket of S3 that access logs go to. It has to let AWS write.
   *
   * @default - no access logs
   */
  readonly accessLogBucket?: string;

  /**
   * Where in the bucket.
   *
   * @default - at its root
   */
  readonly accessLogPrefix?: string;

  /**
   * The name that clients use, which becomes a record of Route 53 in `hostedZoneId`.
   *
   * @default - the name that AWS gives
   */
  readonly dnsName?: string;

  /**
   * The hosted zone of Route 53 that `dnsName` is made in.
   *
   * @default - no record is made
   */
  readonly hostedZoneId?: string;
}
