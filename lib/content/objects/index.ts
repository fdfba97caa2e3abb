export * from "./cache";
export * from "./content-object";
export * from "./enmasse-objects";
export * from "./rest";
export * from "./scheduler-job";
export * from "./security";
export * from "./smtp-connection";
export * from "./sql-connection";
