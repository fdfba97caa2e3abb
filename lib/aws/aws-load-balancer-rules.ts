import { LbConfig } from "@cdktf/provider-aws/lib/lb";
import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError, requireAddress, requireAll, requireEach, requireLine, requirePort } from "../validation";
import { AwsLoadBalancerProps } from "./aws-load-balancer-props";
import { requireArn, requireLoadBalancerName, requireResourceId } from "./aws-names";
import { AwsTags } from "./aws-tags";
import { EVERYBODY, requireCidr } from "./cidr";

/** Checks whose findings come with the others. */
export type FurtherChecks = Readonly<Record<string, () => unknown>>;

/** What the properties of a load balancer come to. */
export interface AwsLoadBalancerSettings {
  /** Its name in AWS. */
  readonly name: string;
  /** What all of it is tagged with. */
  readonly tags: AwsTags;
  /** The port that clients use. */
  readonly port: number;
  /** Networks that clients come from, unless there are security groups for that. */
  readonly clients?: readonly string[];
  /** Where access logs go to, if anywhere. */
  readonly accessLogs?: LbConfig["accessLogs"];
}

/**
 * Checks what a load balancer is declared with, all of it at once.
 *
 * @throws ConstructError with all that AWS would not take, or that would be ignored
 */
export function requireSettings(
  scope: IConstruct,
  props: AwsLoadBalancerProps,
  further: FurtherChecks,
): AwsLoadBalancerSettings {
  const port = props.port ?? (props.certificateArn === undefined ? 80 : 443);
  return requireAll({
    name: () => requireLoadBalancerName(scope, props.loadBalancerName ?? scope.node.id),
    tags: () => new AwsTags(scope, props.tags),
    port: () => requirePort(scope, "the port of the load balancer", port),
    tls: () => requireTls(scope, props, port),
    clients: () => requireClients(scope, props),
    accessLogs: () => requireAccessLogs(scope, props),
    record: () => requireRecord(scope, props),
    ...further,
  });
}

function requireTls(scope: IConstruct, { certificateArn, tlsPolicy }: AwsLoadBalancerProps, port: number): void {
  if (certificateArn !== undefined) {
    requireArn(scope, "a certificate", ["acm", "iam"], certificateArn);
  } else if (port === 443 || tlsPolicy !== undefined) {
    throw new ConstructError(
      scope,
      `there is no certificate ${tlsPolicy === undefined ? "for HTTPS on port 443" : `for the TLS policy '${tlsPolicy}'`}`,
      "give the 'certificateArn' of a certificate in ACM, or plain HTTP another port",
    );
  }
}

function requireClients(scope: IConstruct, props: AwsLoadBalancerProps): string[] | undefined {
  const { network, internal, clientCidrs, securityGroupIds } = props;
  if (securityGroupIds !== undefined) {
    if (securityGroupIds.length === 0 || clientCidrs !== undefined) {
      throw new ConstructError(
        scope,
        clientCidrs ? "'clientCidrs' would be ignored with 'securityGroupIds'" : "there is no security group",
        "give either security groups, whose rules are yours, or networks of clients",
      );
    }
    requireEach(securityGroupIds, (group) => requireResourceId(scope, "security group", "sg", group));
    return undefined;
  }
  const clients = clientCidrs ?? (internal ? network.cidrBlocks : [EVERYBODY]);
  return [...new Set(requireEach(clients, (cidr) => requireCidr(scope, "network of clients", cidr)))];
}

function requireAccessLogs(scope: IConstruct, props: AwsLoadBalancerProps): LbConfig["accessLogs"] {
  const { accessLogBucket: bucket, accessLogPrefix: prefix } = props;
  if (bucket === undefined) {
    if (prefix !== undefined) {
      throw new ConstructError(scope, `there is no bucket for the logs in '${prefix}'`, "give an 'accessLogBucket'");
    }
    return undefined;
  }
  if (!Token.isUnresolved(bucket) && !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new ConstructError(
      scope,
      `'${bucket}' is no bucket of S3`,
      "give its name: 3 to 63 lower-case letters, digits, '.' and '-'",
    );
  }
  return { enabled: true, bucket, prefix: prefix && requireLine(scope, "the prefix of access logs", prefix) };
}

function requireRecord(scope: IConstruct, { dnsName, hostedZoneId }: AwsLoadBalancerProps): void {
  if ((dnsName === undefined) !== (hostedZoneId === undefined)) {
    throw new ConstructError(
      scope,
      dnsName === undefined ? "'hostedZoneId' comes without a name" : `'${dnsName}' comes without a hosted zone`,
      "give both 'dnsName' and 'hostedZoneId', or neither",
    );
  }
  if (dnsName !== undefined) {
    requireAddress(scope, "DNS name", dnsName);
  }
}
