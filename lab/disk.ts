import { readFileSync } from "node:fs";
import path from "node:path";
import { CLIENT, type HostSpec } from "./host";
import { loginPublicKey, LOGIN_USER, type KeyPair } from "./keys";
import { LAB_DIR } from "./paths";

/** A file that a host has before its first start. */
export interface InitialFile {
  /** Absolute. */
  readonly path: string;
  readonly content: string;
  /** @default 0o644 */
  readonly mode?: number;
}

/** A link that a host has before its first start. */
export interface InitialLink {
  /** Absolute. */
  readonly path: string;
  readonly target: string;
}

/** What is put on a host's disk before its first start. */
export interface InitialDisk {
  readonly files: readonly InitialFile[];
  readonly links: readonly InitialLink[];
}

/** Where the host `client` serves files. */
export const ARTIFACTS_PORT = 8000;

/** What the host `client` serves. */
export const ARTIFACTS_DIR = "/srv/artifacts";

const ARTIFACTS_UNIT = "lab-artifacts.service";
const STAND_IN_CONFIGURATION = "/etc/zato-stand-in.conf";

/** In a container there are no users of one's own, without which the distribution's Redis would not start. */
const REDIS_DROP_IN = {
  path: "/etc/systemd/system/redis-server.service.d/lab.conf",
  content: "[Service]\nPrivateUsers=false\n",
};

/** A host's disk before its first start: who it is, who may log in, and what it is for. */
export function initialDisk(spec: HostSpec, key: KeyPair): InitialDisk {
  const files = [
    { path: "/etc/ssh/ssh_host_ed25519_key", content: key.privateKey, mode: 0o600 },
    { path: "/etc/ssh/ssh_host_ed25519_key.pub", content: `${key.publicKey} ${spec.name}\n` },
    { path: `/etc/ssh/authorized_keys.d/${LOGIN_USER}`, content: `${loginPublicKey()}\n` },
    REDIS_DROP_IN,
  ];
  if (spec.standInConfiguration !== undefined) {
    files.push({ path: STAND_IN_CONFIGURATION, content: spec.standInConfiguration });
  }
  return spec.name === CLIENT ? withArtifacts(files) : { files, links: [] };
}

function withArtifacts(files: InitialDisk["files"]): InitialDisk {
  const unit = `/etc/systemd/system/${ARTIFACTS_UNIT}`;
  const content = readFileSync(path.join(LAB_DIR, "units", ARTIFACTS_UNIT), "utf8");
  const index = { path: `${ARTIFACTS_DIR}/README`, content: "Artifacts of the lab.\n" };
  const enabled = { path: `/etc/systemd/system/multi-user.target.wants/${ARTIFACTS_UNIT}`, target: unit };
  return { files: [...files, { path: unit, content }, index], links: [enabled] };
}
