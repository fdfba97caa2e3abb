export type * from "./as3-objects";
export { BigIpProvider, type BigIpProviderProps } from "./big-ip-provider";
export * from "./f5-big-ip-load-balancer";
export * from "./f5-snat";
export * from "./f5-tls";
