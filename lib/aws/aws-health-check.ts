import { LbTargetGroupHealthCheck } from "@cdktf/provider-aws/lib/lb-target-group";
import { IConstruct } from "constructs";
import { HealthCheck, HealthCheckProps } from "../load-balancing";
import { ConstructError, requireWhole } from "../validation";

/** As often as AWS checks health; a cluster that is lost is out after twelve seconds. */
export const AWS_HEALTH_CHECK: HealthCheckProps = { interval: 5, timeout: 2 };

/**
 * Refuses a health check that Elastic Load Balancing does not do.
 *
 * @throws ConstructError when the interval is not 5 to 300 seconds, the timeout not 2 to 120 and shorter, or a single check
 * decides
 */
export function requireHealthCheck(scope: IConstruct, { interval, timeout, rise, fall }: HealthCheck): void {
  requireWhole(scope, "the interval of a health check by AWS", interval, 5, 300);
  requireWhole(scope, "the timeout of a health check by AWS", timeout, 2, 120);
  requireWhole(scope, "'rise' of a health check by AWS", rise, 2, 10);
  requireWhole(scope, "'fall' of a health check by AWS", fall, 2, 10);
  if (timeout >= interval) {
    throw new ConstructError(
      scope,
      `the health check may take ${timeout} s and begins every ${interval} s`,
      "give it a 'timeout' that is shorter than the 'interval', as AWS asks for",
    );
  }
}

/** A health check as a target group has it. */
export function renderHealthCheck({ path, interval, timeout, rise, fall }: HealthCheck): LbTargetGroupHealthCheck {
  return {
    enabled: true,
    protocol: "HTTP",
    port: "traffic-port",
    path,
    matcher: "200",
    interval,
    timeout,
    healthyThreshold: rise,
    unhealthyThreshold: fall,
  };
}
