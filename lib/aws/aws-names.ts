import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError } from "../validation";

/** As Elastic Load Balancing takes them. */
const LOAD_BALANCER_NAME = /^(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/;

/** A region, and the letter of the zone in it: `eu-central-1a`. */
const AVAILABILITY_ZONE = /^[a-z]{2,}(-[a-z]+)+-\d+[a-p]$/;

/**
 * Refuses what Elastic Load Balancing cannot take as the name of a load balancer.
 *
 * @throws ConstructError when a concrete `name` is not 1 to 32 letters, digits and hyphens, begins or ends with a hyphen, or
 * begins with `internal-`
 */
export function requireLoadBalancerName(scope: IConstruct, name: string): string {
  if (!Token.isUnresolved(name) && !LOAD_BALANCER_NAME.test(name)) {
    throw new ConstructError(
      scope,
      `'${name}' cannot be the name of a load balancer in AWS (${name.length} characters)`,
      "give a 'loadBalancerName' of 1 to 32 letters, digits and hyphens that neither begins nor ends with a hyphen, " +
        "nor begins with 'internal-'",
    );
  }
  return name;
}

/**
 * Refuses what is not the name of an availability zone.
 *
 * @throws ConstructError when `zone` is a token or not like `eu-central-1a`
 */
export function requireZone(scope: IConstruct, zone: string): string {
  if (!AVAILABILITY_ZONE.test(zone)) {
    throw new ConstructError(
      scope,
      `'${zone}' is no availability zone`,
      "give its name, for example 'eu-central-1a': it is compared at synth, so that nothing shares a zone unnoticed",
    );
  }
  return zone;
}

/**
 * Refuses an identifier of another kind of resource.
 *
 * @throws ConstructError when a concrete `id` does not begin with `prefix` and a hyphen
 */
export function requireResourceId(scope: IConstruct, what: string, prefix: string, id: string): string {
  if (!Token.isUnresolved(id) && !new RegExp(`^${prefix}-[0-9a-f]+$`).test(id)) {
    throw new ConstructError(scope, `'${id}' is no ${what}`, `give its id, '${prefix}-' and hexadecimal digits`);
  }
  return id;
}

/**
 * Refuses what is not the Amazon resource name of something of a service.
 *
 * @throws ConstructError when a concrete `arn` is no ARN of one of `services`
 */
export function requireArn(scope: IConstruct, what: string, services: readonly string[], arn: string): string {
  if (!Token.isUnresolved(arn) && !new RegExp(`^arn:aws[a-z-]*:(${services.join("|")}):[^:]*:[^:]*:.+$`).test(arn)) {
    throw new ConstructError(scope, `'${arn}' is no ARN of ${what}`, `give it as 'arn:aws:${services[0]}:…'`);
  }
  return arn;
}
