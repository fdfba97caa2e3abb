import { LbTargetGroupHealthCheck } from "@cdktf/provider-aws/lib/lb-target-group";
import { IConstruct } from "constructs";
import { LoadBalancerPool } from "../load-balancing";
import { ConstructError } from "../validation";

/** What Elastic Load Balancing takes at least. */
const LEAST = { interval: 5, timeout: 2, checks: 2 };

/**
 * The health check of a pool as a target group has it. AWS asks every 5 seconds at the fastest, waits 2 seconds at least,
 * and believes no single check; shorter values become these.
 *
 * @throws ConstructError when a check may take as long as the time between two, or a lost cluster would be noticed later than
 * a request that is sent to it gives up
 */
export function healthCheckOf(
  scope: IConstruct,
  { healthCheck, requestTimeout }: LoadBalancerPool,
): LbTargetGroupHealthCheck {
  const interval = Math.max(healthCheck.interval, LEAST.interval);
  const timeout = Math.max(healthCheck.timeout, LEAST.timeout);
  const unhealthyThreshold = Math.max(healthCheck.fall, LEAST.checks);
  if (timeout >= interval) {
    throw new ConstructError(
      scope,
      `the health check may take ${timeout} s and begins every ${interval} s`,
      "give it a 'timeout' that is shorter than the 'interval', as AWS asks for",
    );
  }
  const detection = interval * unhealthyThreshold + timeout;
  if (detection >= requestTimeout) {
    throw new ConstructError(
      scope,
      `a lost cluster would be noticed after ${detection} s (${unhealthyThreshold} checks, one every ${interval} s), ` +
        `when requests to it have given up after ${requestTimeout} s`,
      "give the 'healthCheck' a shorter 'interval' or a lower 'fall', or the deployment a longer 'requestTimeout'",
    );
  }
  return {
    enabled: true,
    protocol: "HTTP",
    port: "traffic-port",
    path: healthCheck.path,
    matcher: "200",
    interval,
    timeout,
    healthyThreshold: Math.max(healthCheck.rise, LEAST.checks),
    unhealthyThreshold,
  };
}
