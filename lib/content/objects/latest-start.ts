/** What the hosts put the latest of a job's moments in for; see `put_in_start_dates` in content.sh. */
export function latestStart(startDate: string, seconds: number): string {
  return `latest ${startDate} every ${seconds} seconds`;
}
