export * from "./application-load-balancer";
export * from "./aws-load-balancer";
export * from "./aws-network";
export * from "./ec2-host";
export * from "./network-load-balancer";
export * from "./pool-target-group";
export * from "./rds-postgresql";
export type { PoolTarget, PoolTargets } from "./pool-targets";
