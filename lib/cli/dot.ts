import { Arrow, Box, Frame, isFrame, oneLine, Part, Picture } from "../document";

const SHAPES: Readonly<Record<Box["shape"], string>> = { box: "box", round: "box", database: "cylinder" };

const STYLES: Readonly<Record<Box["shape"], string>> = {
  box: "filled",
  round: "filled,rounded",
  database: "filled",
};

const FONT = { fontname: "Helvetica,Arial,sans-serif" };

/** A picture in the language of Graphviz. */
export function renderDot({ direction, parts, arrows }: Picture): string {
  const rankdir = direction === "down" ? "TB" : "LR";
  return [
    "digraph {",
    `  graph ${attributes({ ...FONT, rankdir, fontsize: "13", labeljust: "l", labelloc: "b", ranksep: "0.5", nodesep: "0.3", bgcolor: "white" })}`,
    `  node ${attributes({ ...FONT, fontsize: "12", margin: "0.16,0.09", color: "#5b6b7b", fillcolor: "#ffffff" })}`,
    `  edge ${attributes({ ...FONT, fontsize: "12", color: "#5b6b7b", arrowsize: "0.7" })}`,
    ...parts.flatMap((part) => renderPart(part)).map((line) => `  ${line}`),
    ...arrows.map((one) => `  ${renderArrow(one)}`),
    "}",
    "",
  ].join("\n");
}

function renderPart(part: Part, depth = 0): string[] {
  return isFrame(part) ? renderFrame(part, depth) : [renderBox(part)];
}

/** The deeper, the darker. */
function renderFrame({ id, title, parts }: Frame, depth: number): string[] {
  const bgcolor = ["#f3f6f9", "#e6edf3", "#d9e3ec"][Math.min(depth, 2)]!;
  return [
    `subgraph ${quoted([`cluster ${id}`])} {`,
    `  graph ${attributes({ label: [title], style: "rounded", color: "#9fb0c0", bgcolor, margin: "14" })}`,
    ...parts.flatMap((part) => renderPart(part, depth + 1)).map((line) => `  ${line}`),
    "}",
  ];
}

function renderBox({ id, lines, shape, isIdle }: Box): string {
  const style = STYLES[shape] + (isIdle ? ",dashed" : "");
  return `${quoted([id])} ${attributes({ label: lines, shape: SHAPES[shape], style })}`;
}

function renderArrow({ from, to, label, isIdle }: Arrow): string {
  const style = isIdle ? "dashed" : "solid";
  return `${quoted([from])} -> ${quoted([to])} ${attributes({ label: label === "" ? [] : [` ${label} `], style })}`;
}

function attributes(values: Readonly<Record<string, string | readonly string[]>>): string {
  const list = Object.entries(values).map(([name, value]) => `${name}=${quoted([value].flat())}`);
  return `[${list.join(", ")}]`;
}

/** Graphviz reads `\N` and `&amp;` in texts. */
function quoted(lines: readonly string[]): string {
  const escaped = lines.map((line) => oneLine(line).replaceAll("&", "&amp;").replace(/["\\]/g, "\\$&"));
  return `"${escaped.join("\\n")}"`;
}
