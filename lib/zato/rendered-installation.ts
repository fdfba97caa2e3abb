import { Secret } from "../remote";

/** An installation as the host's script sees it. */
export interface RenderedInstallation {
  readonly path: string;
  /** What tells this code from another one at the same path; empty where nothing does. */
  readonly build: string;
  /** Where the code really lies, if not at its path. */
  readonly folder?: string;
  /** The file system in which the code lies at its path, if not that of the host. */
  readonly root?: string;
  readonly parameters: Record<string, string>;
  readonly files: Record<string, string>;
  /** What a host has once, however many clusters are on it, and what is declared of each; nothing where all of it is the build's. */
  readonly shared?: Readonly<Record<string, string>>;
  readonly secrets?: Record<string, Secret>;
  /** MiB below `/opt`, while it is unpacked. @default - what an archive takes */
  readonly disk?: number;
  readonly downloads?: string[];
  readonly endpoints?: string[];
}
