export * from "./load-balancer-contract";
export type * from "./load-balancer-under-test";
