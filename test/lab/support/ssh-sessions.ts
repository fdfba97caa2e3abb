import type { Lab } from "../../../lab/lab";
import { words } from "./zato";

/**
 * Ends all sessions of the login user with `kill -9`; the sshd that listens stays. A session is called `sshd: ops` up to
 * OpenSSH 9.7, and `sshd-session: ops` since.
 */
export async function killSshSessions(lab: Lab, host: string): Promise<void> {
  const pids = words((await lab.exec(host, "pgrep --full '^sshd(-session)?: ops'")).stdout);
  await lab.exec(host, ["kill", "-9", ...pids]);
}
