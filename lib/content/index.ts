export * from "./affinity";
export * from "./cluster-content";
export * from "./content-declaration";
export * from "./objects";
export type { ServiceFile } from "./service-file";
