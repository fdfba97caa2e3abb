import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ArchiveProps, PhysicalHostProps, SshKey } from "cdktf-zato";

/** A host as the settings file describes it. */
interface HostSettings {
  readonly address: string;
  readonly cpus: number;
  readonly user: string;
  readonly hostKey: string;
  /** Where there is none, the SSH agent is asked. */
  readonly keyFile?: string;
}

/** What differs from site to site. */
interface Settings {
  readonly hosts: Readonly<Record<"host1" | "host2", HostSettings>>;
  readonly virtualAddress: string;
  readonly archive: ArchiveProps;
  readonly stateFile: string;
  /** Where the databases are. */
  readonly databaseHost: string;
  /** Another value says that the secrets have new values. */
  readonly secretsVersion: string;
}

const file = process.env.CONTENT_SETTINGS ?? join(__dirname, "settings.sample.json");
const read = JSON.parse(readFileSync(file, "utf8")) as Settings;

/** The file that `CONTENT_SETTINGS` names, by default the sample beside this one, which is good for a synth. */
export const settings = {
  ...read,
  host1: propsOf(read.hosts.host1),
  host2: propsOf(read.hosts.host2),
};

function propsOf({ address, cpus, user, hostKey, keyFile }: HostSettings): PhysicalHostProps {
  const key = keyFile === undefined ? SshKey.agent() : SshKey.file(keyFile);
  return { address, cpus, ssh: { user, hostKey, key } };
}
