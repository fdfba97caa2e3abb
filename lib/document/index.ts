export * from "./content-picture";
export * from "./mermaid";
export * from "./picture";
export * from "./stack-document";
export * from "./topology";
