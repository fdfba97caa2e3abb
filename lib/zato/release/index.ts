export * from "./zato-release";
