export * from "./citrix-adc-load-balancer";
export * from "./citrix-adc-provider";
