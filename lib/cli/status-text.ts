import { Columns } from "./columns";
import { Aspect, Level, StatusColumn } from "./status-aspects";
import { JudgedStatus } from "./status-judgement";
import { EntryStatus, isUp, StatusReport } from "./status-report";
import { ageOf } from "./status-units";

/** How a screen is drawn. */
export interface Screen {
  readonly hasColours: boolean;
  /** Columns of characters. */
  readonly width: number;
}

/** What HAProxy's words mean to people. */
const OUT: Readonly<Record<string, string>> = { MAINT: "taken out", DRAIN: "taken out", UNFIT: "fails its check" };

const COLOURS: Readonly<Record<Level, number>> = { well: 32, idle: 33, bad: 31 };

/** Between columns. */
const GAP = 2;

const INDENT = "  ";

/** A status for people, from what is wrong to what to do. */
export function renderStatus({ report, columns }: JudgedStatus, { hasColours, width }: Screen): string[] {
  const paint = (text: string, colour: number): string => (hasColours ? `\u001b[${colour}m${text}\u001b[0m` : text);
  const level = report.status === 0 ? "well" : "bad";
  return [
    `${paint(headline(report), COLOURS[level])}  ${report.time}`,
    "",
    ...report.entries.flatMap((entry) => [...entryLines(entry, columns, report), ""]),
    ...tables(columns, width).flatMap((table) => [...renderTable(table, paint), ""]),
    ...report.findings.flatMap(({ text, advice, command }) => [
      `${paint("✗", COLOURS.bad)} ${text}`,
      `${INDENT}${advice}:`,
      `${INDENT}${INDENT}${command}`,
    ]),
    ...(report.findings.length > 0 ? ["", `to do next: ${report.command}`] : []),
  ].filter((line, index, lines) => line !== "" || index < lines.length - 1);
}

function headline({ stack, status, findings, hosts }: StatusReport): string {
  const name = stack.replace(/\/+$/, "").split("/").at(-1)!;
  const where = hosts.filter(({ path }) => findings.some(({ host }) => host === path)).map((host) => host.name);
  const not = `not well${where.length > 0 ? `: see ${where.join(", ")}` : ""}`;
  return `${name}: ${["all is well", not, "no host can be asked"][status]}`;
}

function entryLines(entry: EntryStatus, columns: readonly StatusColumn[], { time, hosts }: StatusReport): string[] {
  const { name, url, isVirtual, holders } = entry;
  if (url === "") {
    return [`${name}: the load balancer in front is not in this program`];
  }
  const hostName = (path: string): string => columns.find(({ host }) => host.path === path)?.host.name ?? path;
  const held = holders.map(({ host, since }) => {
    const age = since === null ? "" : ` for ${ageOf((Date.parse(time) - Date.parse(since)) / 1000)} (since ${since})`;
    return `${hostName(host)}${age}`;
  });
  const nobody = hosts.some(({ reason }) => reason !== "") ? "nobody who answers" : "nobody";
  const holder = isVirtual ? `, held by ${held.join(" and by ") || nobody}` : "";
  return [`${name}: ${url}${holder}`, ...sentTo(entry).map((line) => `${INDENT}${line}`)];
}

/** Which clusters get requests, in one line. */
function sentTo({ members }: EntryStatus): string[] {
  const to = members.filter(({ state }) => isUp(state)).map(({ cluster }) => cluster);
  const not = members
    .filter(({ state }) => !isUp(state))
    .map(
      ({ cluster, state, isDrained }) => `${cluster} (${isDrained ? "drained" : (OUT[state] ?? state.toLowerCase())})`,
    );
  const line = [
    `requests go to ${to.join(" and ") || "no cluster"}`,
    ...(not.length > 0 ? [`not to ${not.join(", ")}`] : []),
  ];
  return members.length > 0 ? [line.join("; ")] : [];
}

/** What stands in a cell. */
function textOf({ text, detail, level }: Aspect): string {
  return `${level === "bad" ? "✗ " : ""}${[text, detail].filter(Boolean).join(", ")}`;
}

/** As many columns beside each other as there is room for. */
function tables(columns: readonly StatusColumn[], width: number): StatusColumn[][] {
  const label = GAP + labelWidth(columns) + INDENT.length;
  const result: StatusColumn[][] = [];
  let room = 0;
  for (const column of columns) {
    const needed = GAP + columnWidth(column);
    if (result.length === 0 || room < needed) {
      result.push([]);
      room = width - label;
    }
    result.at(-1)!.push(column);
    room -= needed;
  }
  return result;
}

function renderTable(columns: readonly StatusColumn[], paint: (text: string, colour: number) => string): string[] {
  const names = [...new Set(columns.flatMap(({ aspects }) => aspects.map(({ row }) => row)))];
  const rows: Cell[][] = [
    [{ text: "" }, ...columns.map((column) => ({ text: titleOf(column), colour: 1 }))],
    ...orderOf(names, columns).map((name) => [
      { text: name },
      ...columns.map(({ aspects }) => cellOf(aspects.find(({ row }) => row === name))),
    ]),
  ];
  const layout = new Columns(rows.map((row) => row.map(({ text }) => text)));
  return rows.map((row) => {
    const padded = layout.pad(row.map(({ text }) => text));
    const cells = row.map(({ text, colour }, index) =>
      colour === undefined || text === "" ? padded[index]! : paint(text, colour) + padded[index]!.slice(text.length),
    );
    return `${INDENT}${cells.join(" ".repeat(GAP))}`.trimEnd();
  });
}

/** What stands in a table, and in which colour. */
interface Cell {
  readonly text: string;
  readonly colour?: number;
}

function cellOf(aspect: Aspect | undefined): Cell {
  return aspect === undefined
    ? { text: "" }
    : { text: textOf(aspect), ...(aspect.level !== "well" && { colour: COLOURS[aspect.level] }) };
}

/** Rows stand where they do in the column that has most of them. */
function orderOf(rows: readonly string[], columns: readonly StatusColumn[]): string[] {
  const [longest] = [...columns].sort((one, other) => other.aspects.length - one.aspects.length);
  const order = longest?.aspects.map(({ row }) => row) ?? [];
  return [...order, ...rows.filter((row) => !order.includes(row))];
}

function titleOf({ host, cluster }: StatusColumn): string {
  return cluster && cluster.name !== host.name ? `${cluster.name} on ${host.name}` : host.name;
}

function columnWidth(column: StatusColumn): number {
  return Math.max(titleOf(column).length, ...column.aspects.map((aspect) => textOf(aspect).length));
}

function labelWidth(columns: readonly StatusColumn[]): number {
  return Math.max(0, ...columns.flatMap(({ aspects }) => aspects.map(({ row }) => row.length)));
}
