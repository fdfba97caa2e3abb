export * from "./address";
export * from "./construct-error";
export * from "./files";
export * from "./names";
export * from "./network";
export * from "./numbers";
export * from "./text";
