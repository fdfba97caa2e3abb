export * from "./appliance-load-balancer";
export * from "./existing-load-balancer";
export type * from "./external-load-balancer";
export * from "./haproxy-load-balancer";
export * from "./health-check";
export * from "./load-balancer-base";
export type * from "./pool";
export type { VirtualAddress } from "./virtual-addresses";
