export * from "./host";
export * from "./physical-host";
export * from "./ssh-access";
