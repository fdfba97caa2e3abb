export * from "./content";
export * from "./deployment";
export * from "./host";
export * from "./load-balancing";
export {
  Carrier,
  CARRIER_CONTEXT,
  establishOn,
  RemoteComponent,
  Secret,
  TlsCertificate,
  VendorResource,
} from "./remote";
export type {
  GeneratedSecretProps,
  HostFacts,
  HostPresence,
  HostRequirements,
  IRemoteHost,
  Predecessor,
  RemoteAccess,
  SecretFromVariableProps,
  VendorResourceProps,
} from "./remote";
export { ConstructError } from "./validation";
export * from "./zato";
