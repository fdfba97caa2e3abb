/** A condition of HAProxy: who connects is of these networks and addresses. A name among them is refused when the configuration is checked (`-n`), or one that does not resolve would keep HAProxy from starting. */
export function sourceIn(networks: readonly string[]): string {
  return `src -n ${networks.join(" ")}`;
}
