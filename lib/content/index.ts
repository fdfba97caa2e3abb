export * from "./affinity";
export * from "./cluster-content";
export * from "./objects";
