import { JudgedStatus } from "./status-judgement";

/** What is otherwise than a moment ago, a line each, with the time at which it was seen. What changes all the time is no change. */
export function changesBetween(before: JudgedStatus, after: JudgedStatus): string[] {
  const [was, is] = [statesOf(before), statesOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((subject) => {
    const [old, now] = [was.get(subject), is.get(subject)];
    // What a host says of its parts is not known while it says nothing: that it does not is the change.
    return old === now || old === undefined || now === undefined
      ? []
      : [`${after.report.time}  ${subject}: ${old} → ${now}`];
  });
}

/** What is shown of each thing, by what it is about. */
function statesOf({ report, columns }: JudgedStatus): Map<string, string> {
  const hostName = (path: string): string => columns.find(({ host }) => host.path === path)?.host.name ?? path;
  return new Map([
    ...report.entries
      .filter(({ isVirtual }) => isVirtual)
      .map(({ url, holders }) => [url, holders.map(({ host }) => hostName(host)).join(" and ") || "nobody"] as const),
    ...columns.flatMap(({ host, cluster, aspects }) =>
      aspects.map(({ row, text }) => [`${cluster?.name ?? host.name} ${row}`, text] as const),
    ),
  ]);
}
