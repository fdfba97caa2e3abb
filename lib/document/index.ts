export * from "./stack-document";
