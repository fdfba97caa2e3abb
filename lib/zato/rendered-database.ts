import { canonicalAddress, hostPort, isLoopback } from "../validation";

import { Secret } from "../remote";

/** A database as the host's scripts and Zato's own configuration see it. */
export interface RenderedDatabase {
  readonly engine: "postgresql" | "mysql";
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: Secret;
  readonly isLocal: boolean;
}

/** What tells a database from others, that of whoever is on a machine of this address: two clusters with the same one do not work. */
export function identityOf({ engine, host, port, database }: RenderedDatabase, machine: string): string {
  const address = canonicalAddress(isLoopback(host) ? machine : host);
  return `${engine}://${hostPort(address, port)}/${database}`;
}
