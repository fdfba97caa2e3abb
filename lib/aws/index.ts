export * from "./application-load-balancer";
export type { AwsLoadBalancerProps } from "./aws-load-balancer-props";
export * from "./aws-network";
export type { AwsTagsProps } from "./aws-tags";
export * from "./ec2-host";
export * from "./network-load-balancer";
export * from "./rds-postgresql";
