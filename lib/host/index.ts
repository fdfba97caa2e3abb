export * from "./host";
export { HostFirewall, type FirewallIngress, type HostFirewallProps } from "./host-firewall";
export * from "./physical-host";
export * from "./ssh-access";
