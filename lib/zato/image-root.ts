/** What programs in an image see of the host, at the same path, where the host has it. */
const FROM_HOST = [
  "/etc/group",
  "/etc/hosts",
  "/etc/passwd",
  "/etc/resolv.conf",
  "/opt/zato/env",
  "/opt/zato/packages",
  "/run",
];

/**
 * What a unit says so that its program finds the file system of an image in the place of the host's. What systemd runs around it, as
 * root or to tidy up, is the host's.
 */
export function rootDirectives(root: string): Readonly<Record<string, string>> {
  return {
    RootDirectory: root,
    RootDirectoryStartOnly: "true",
    MountAPIVFS: "true",
    BindPaths: FROM_HOST.map((path) => `-${path}`).join(" "),
  };
}

/** Where the host's scripts find Zato's code: at its path, in the file system of an image if that is given. */
export function placeParameters({
  zato,
  root,
}: {
  readonly zato: string;
  readonly root?: string;
}): Readonly<Record<string, string>> {
  return root === undefined ? { zato } : { zato, root, from_host: FROM_HOST.join("\n") };
}
