/** How the latest of a job's moments is written in its declaration. */
const LATEST = /^latest (\S+) every \d+ seconds$/;

/** What stands for the latest of a job's moments: which one that is, is known when it is imported. */
export function latestStart(startDate: string, seconds: number): string {
  return `latest ${startDate} every ${seconds} seconds`;
}

/** The start that was declared. */
export function declaredStart(start: string): string {
  return LATEST.exec(start)?.[1] ?? start;
}
