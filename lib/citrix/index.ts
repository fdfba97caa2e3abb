export * from "./citrix-adc-load-balancer";
export { CitrixAdcProvider, type CitrixAdcProviderProps } from "./citrix-adc-provider";
