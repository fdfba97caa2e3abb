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
