export * from "./content";
export * from "./deployment";
export * from "./host";
export * from "./load-balancing";
export { CARRIER_CONTEXT, establishOn, RemoteComponent, Secret, TlsCertificate, VendorResource } from "./remote";
export type {
  ComponentState,
  GeneratedSecretProps,
  HostFacts,
  HostPresence,
  IRemoteHost,
  ManifestEntries,
  Predecessor,
  RemoteAccess,
  RemoteComponentProps,
  SecretFromVariableProps,
  VendorProviderKind,
  VendorResourceProps,
} from "./remote";
export { ConstructError } from "./validation";
export * from "./zato";
