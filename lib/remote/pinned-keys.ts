/** Where an SSH server is reached, and its public host key. */
export interface PinnedKey {
  readonly address: string;
  readonly port: number;
  readonly hostKey: string;
}

/**
 * A key that no server can show, since it is of a type that only clients have, and nobody has its private half: in the place of
 * the point is the SHA-256 of "cdktf-zato".
 */
const NOBODYS_KEY =
  "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIA+opaih6YblBQ1nQvIYxjw4KGG+tpnMTz9qZZk4JYL2AAAABHNzaDo=";

/**
 * The `host_key` of a connection through a bastion. Terraform before its pull request 38318 (March 2026) takes `host_key` for the
 * bastion too, and writes it behind the address of either into a file like `known_hosts`: so it names nobody's key there, and then
 * each server's own.
 */
export function pinWithBastion(host: PinnedKey, bastion: PinnedKey): string {
  const line = ({ address, port, hostKey }: PinnedKey): string => `@cert-authority [${address}]:${port} ${hostKey}`;
  return [NOBODYS_KEY, line(host), line(bastion)].join("\n");
}
