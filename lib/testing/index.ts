export * from "./declared";
export * from "./load-balancer-contract";
export type * from "./load-balancer-under-test";
export type {
  DeclaredCluster,
  DeclaredComponent,
  DeclaredContent,
  DeclaredDatabase,
  DeclaredDeployment,
  DeclaredExistingCluster,
  DeclaredHost,
  DeclaredListener,
  DeclaredLoadBalancer,
  DeclaredReference,
  DeclaredServer,
  DeclaredService,
  DeclaredSsh,
  StackDocument,
} from "../document";
