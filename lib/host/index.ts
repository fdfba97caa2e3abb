export * from "./host";
export * from "./host-firewall";
export * from "./physical-host";
export * from "./ssh-access";
