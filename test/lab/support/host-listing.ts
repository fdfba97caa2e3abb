import type { Lab } from "../../../lab/lab";

/**
 * What comes and goes with packages of the distribution, however they are removed: apt's and dpkg's records and caches,
 * logs, and what systemd and the system's tools keep for themselves. None of it is anything of ours.
 */
const NOT_OURS = [
  "/var/cache",
  "/var/lib/apt",
  "/var/lib/dpkg",
  "/var/lib/systemd",
  "/var/lib/ucf",
  "/var/log",
  "/run/systemd",
  "/run/log",
  "/run/sudo",
  "/run/lock",
  "/run/mount",
  "/run/credentials",
  // A power cut leaves those of units that ran; a real boot, of another boot id, clears them.
  "/var/tmp/systemd-private-*",
];

/** The same of single files: locks and copies that `useradd` leaves, and what is made anew from what is installed. */
const REMADE = [
  "/etc/passwd-",
  "/etc/group-",
  "/etc/shadow-",
  "/etc/gshadow-",
  "/etc/subuid-",
  "/etc/subgid-",
  "/etc/ld.so.cache",
  "/run/adduser",
  "/run/motd.dynamic",
];

const LIST = `
set -euo pipefail
skipped=( $SKIPPED )
prune=()
for folder in "\${skipped[@]}"; do prune+=(-path "$folder" -o); done
find / /run /tmp -xdev \\( "\${prune[@]}" -false \\) -prune -o -not -type d -printf 'file %p\\n' -o -printf 'folder %p\\n'
find /etc -xdev -type f -exec sha256sum {} + | sed 's/^/content /'
cut -d : -f 1 /etc/passwd | sed 's/^/user /'
cut -d : -f 1 /etc/group | sed 's/^/group /'
systemctl list-unit-files --no-legend | awk '{ print "unit " $1 " " $2 }'
systemctl list-units --all --plain --no-legend --type=service | awk '$1 !~ /^(ldconfig|systemd-.*)[.]service$/ { print "service " $1 " " $2 " " $3 }'
ps -eo user:32=,comm= | awk '$2 !~ /^(ps|awk|bash|sort|sshd|sshd-session|sshd-auth|sudo)$/ { print "process " $1 " " $2 }'
# 127.0.0.11 is Docker's name server.
for port in $(ss -H -l -t -n | awk '$4 !~ /^127\\.0\\.0\\.11:/ { print $4 }'); do echo "listens $port"; done
`;

/** Everything on a host that an installation could leave behind: files, contents of /etc, users, units, processes, ports. */
export async function listHost(lab: Lab, host: string): Promise<string[]> {
  const script = LIST.replace("$SKIPPED", NOT_OURS.join(" "));
  const lines = (await lab.execOrThrow(host, script)).split("\n").filter((line) => line !== "");
  return [...new Set(lines)].filter((line) => !REMADE.includes(line.split(" ").at(-1)!)).sort();
}

/** What is in one listing and not in the other. */
export function differences(before: readonly string[], after: readonly string[]): string[] {
  const was = new Set(before);
  const is = new Set(after);
  return [
    ...after.filter((line) => !was.has(line)).map((line) => `came: ${line}`),
    ...before.filter((line) => !is.has(line)).map((line) => `went: ${line}`),
  ];
}
