export * from "./content";
export * from "./deployment";
export * from "./host";
export * from "./load-balancing";
export {
  Carrier,
  CARRIER_CONTEXT,
  RemoteComponent,
  RemoteHost,
  Secret,
  TlsCertificate,
  VendorResource,
} from "./remote";
export type { GeneratedSecretProps, HostRequirements, SecretFromVariableProps, VendorResourceProps } from "./remote";
export { ConstructError } from "./validation";
export * from "./zato";
