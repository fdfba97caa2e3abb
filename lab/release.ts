/**
 * Releases of Debian that hosts of the lab can have, by name, with the number that people say. The last one is not out:
 * it has the programs of tomorrow, and in the places of GNU's coreutils and of sudo those that Ubuntu has from 25.10 on,
 * uutils and sudo-rs.
 */
export const RELEASES = { bookworm: 12, trixie: 13, forky: 14 } as const;

/** A release of Debian, by its name. */
export type Release = keyof typeof RELEASES;

/** Those that people run. */
export const STABLE_RELEASES: readonly Release[] = ["bookworm", "trixie"];

/** What a release is built on. From 258 on systemd boots on control groups v2 alone, so that of forky has that of trixie. */
export const BASES: Readonly<Record<Release, Release>> = { bookworm: "bookworm", trixie: "trixie", forky: "trixie" };

/** What hosts have unless they are told otherwise: `LAB_RELEASE`, else today's stable. */
export const DEFAULT_RELEASE = readRelease(process.env.LAB_RELEASE ?? "trixie");

function readRelease(value: string): Release {
  const found = (Object.keys(RELEASES) as Release[]).find((release) => release === value);
  if (found === undefined) {
    throw new Error(`LAB_RELEASE is '${value}'; set it to ${Object.keys(RELEASES).join(" or ")}, or not at all`);
  }
  return found;
}
