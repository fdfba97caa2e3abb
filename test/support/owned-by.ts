import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Sandbox } from "./sandbox";

/**
 * Lets a sandbox have a user who owns a Zato of somebody else's, with its code in `code/`: what runs as that user is noted.
 *
 * @returns the line of a program that notes its call, on one line
 */
export function ownedBy(sandbox: Sandbox, folder: string, user: string, home: string): (program: string) => string {
  mkdirSync(join(folder, "tmp"));
  mkdirSync(join(folder, "code", "bin"), { recursive: true });
  const note = (name: string): string => `printf '${name} %s\\n' "\${*//$'\\n'/ }" >>'${folder}/calls'`;
  sandbox.program("setpriv", `${note("setpriv")}; while [ "$1" != env ]; do shift; done; exec "$@"`, false);
  sandbox.program(
    "id",
    `case $* in "-u ${user}") echo 1001 ;; "-u root") echo 0 ;; "-u "*) exit 1 ;; *) echo ${user} ;; esac`,
    false,
  );
  sandbox.program("getent", `echo ${user}:x:1001:1001::${home}:/bin/bash`, false);
  return note;
}
