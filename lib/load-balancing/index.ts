export * from "./affinity";
export * from "./existing-load-balancer";
export * from "./external-load-balancer";
export * from "./haproxy-load-balancer";
export * from "./haproxy-node";
export * from "./health-check";
export * from "./load-balancer-base";
export * from "./pool";
