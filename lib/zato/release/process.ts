import { ComponentRuntime } from "./release-behavior";

/** How Zato passes options to the processes behind `zato start`. */
export const START_OPTIONS = [
  "fg=True",
  "sync_internal=False",
  "secret_key=",
  "stderr_path=None",
  "env_file=",
  "stop_after=None",
].join("Zato_Zato_Zato");

/**
 * The working folder, in which Zato looks for its configuration, and the programs of its virtualenv. In the file system of an image the
 * folder is not where systemd looks for it before it starts what runs outside of that; and there is no locale but one, whichever the host
 * has.
 */
export function processOf({ zato, code, path }: ComponentRuntime): Record<string, string> {
  const isInImage = code.RootDirectory !== undefined;
  return {
    WorkingDirectory: isInImage ? `-${path}` : path,
    Environment: [
      `PATH=${zato}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      ...(isInImage ? ["LANG=C.UTF-8"] : []),
    ].join(" "),
    ...code,
  };
}
