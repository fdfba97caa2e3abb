import { Dashboard, Panel, Series, shownAs, withUnit } from "./dashboard";
import { escaped, picture, round } from "./svg";

/** Of a step of the dashboard's grid. */
const STEP = { x: 40, y: 19 };
const GAP = 4;
const TITLE = 22;
const LEGEND = 18;
const AXIS = 62;

/** Greys and colours like Grafana's. */
const STYLE = `.back{fill:#f4f5f5}.panel{fill:#fff;stroke:#d8d9da}text{font:11px system-ui,'DejaVu Sans',sans-serif;fill:#464c54}
.title{font-weight:bold}.value{font-size:15px;font-weight:bold;fill:#fff}.name{fill:#fff}.axis{fill:#8e8e8e;font-size:9px}
.line{fill:none;stroke-width:1.5}.grid{stroke:#e9edf2}.middle{text-anchor:middle}.end{text-anchor:end}`;
const COLOURS: Readonly<Record<string, string>> = { green: "#3f9c5a", red: "#d0353c", blue: "#3a76c4" };
const LINES = ["#3f9c5a", "#c99700", "#3a76c4", "#d0353c", "#8f5bb5", "#e0752d", "#5aa9b8", "#7a7a7a"];

/** Where something is drawn, in pixels. */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Draws the panels of a dashboard with what their queries have found. */
export function dashboardPicture(
  { title, panels }: Dashboard,
  found: ReadonlyMap<Panel, readonly Series[]>,
  [from, to]: readonly [number, number],
): string {
  const height = STEP.y * Math.max(...panels.map(({ gridPos: { y, h } }) => y + h)) + GAP;
  const content = panels.map((panel) => {
    const { x, y, w, h } = panel.gridPos;
    const outer = { x: x * STEP.x + GAP, y: y * STEP.y + GAP, width: w * STEP.x - GAP, height: h * STEP.y - GAP };
    const inner = { x: outer.x + 6, y: outer.y + TITLE, width: outer.width - 12, height: outer.height - TITLE - 5 };
    return `<rect ${rectangle(outer)} rx="2" class="panel"/><text x="${inner.x}" y="${outer.y + 15}" class="title">${escaped(panel.title)}</text>
${DRAW[panel.type](panel, found.get(panel)!, inner, [from, to])}`;
  });
  return picture(24 * STEP.x + GAP, height, title, STYLE, content.join("\n"));
}

const DRAW: Readonly<
  Record<Panel["type"], (panel: Panel, series: readonly Series[], box: Box, time: readonly [number, number]) => string>
> = { stat: drawStat, timeseries: drawLines, "state-timeline": drawStates };

function drawStat({ fieldConfig: { defaults } }: Panel, series: readonly Series[], box: Box): string {
  const width = box.width / series.length;
  return series
    .map(({ name, points }, index) => {
      const { text, color } = shownAs(defaults, points.at(-1)![1]);
      const cell = { ...box, x: box.x + index * width, width: width - 2 };
      const [middle, y] = [cell.x + cell.width / 2, cell.y + cell.height / 2];
      return `<rect ${rectangle(cell)} fill="${COLOURS[color]}"/><text x="${round(middle)}" y="${round(y - 4)}" class="name middle">${escaped(fitting(name, cell.width))}</text>
<text x="${round(middle)}" y="${round(y + 15)}" class="value middle">${escaped(text)}</text>`;
    })
    .join("\n");
}

function drawLines(
  { fieldConfig: { defaults } }: Panel,
  series: readonly Series[],
  box: Box,
  [from, to]: readonly [number, number],
): string {
  const area = { x: box.x + AXIS, y: box.y + 4, width: box.width - AXIS, height: box.height - LEGEND - 8 };
  const top = Math.max(...series.flatMap(({ points }) => points.map(([, value]) => value)), 0.001) * 1.1;
  const axis = [0, 0.5, 1].map((share) => {
    const y = round(area.y + area.height * (1 - share));
    return `<line x1="${area.x}" x2="${area.x + area.width}" y1="${y}" y2="${y}" class="grid"/><text x="${area.x - 4}" y="${y + 3}" class="axis end">${escaped(withUnit(top * share, defaults.unit))}</text>`;
  });
  const lines = series.map(({ points }, index) => {
    const path = points.map(([time, value]) => {
      const x = area.x + ((time - from) / (to - from)) * area.width;
      return [Math.round(x), Math.round(area.y + area.height * (1 - value / top))] as const;
    });
    // Of a line that goes straight on, the ends will do.
    const turns = path.filter(([, y], at) => y !== path[at - 1]?.[1] || y !== path[at + 1]?.[1]);
    return `<polyline points="${turns.map((turn) => turn.join(",")).join(" ")}" stroke="${LINES[index % LINES.length]}" class="line"/>`;
  });
  return [...axis, ...lines, legend(series, box)].join("\n");
}

/** Names below a panel, as many as there is room for. */
function legend(series: readonly Series[], { x, y, width, height }: Box): string {
  let place = x;
  return series
    .map(({ name }, index) => {
      const begin = place;
      place += 22 + name.length * 6;
      const square = { x: begin, y: y + height - 9, width: 8, height: 8 };
      return place > x + width
        ? ""
        : `<rect ${rectangle(square)} fill="${LINES[index % LINES.length]}"/><text x="${begin + 12}" y="${y + height - 1}">${escaped(name)}</text>`;
    })
    .join("");
}

function drawStates(
  { fieldConfig: { defaults } }: Panel,
  series: readonly Series[],
  box: Box,
  [from, to]: readonly [number, number],
): string {
  const height = (box.height - LEGEND) / series.length;
  const x = (time: number): number => box.x + AXIS + ((time - from) / (to - from)) * (box.width - AXIS);
  const rows = series.flatMap(({ name, points }, index) => {
    const y = box.y + index * height;
    const changes = points.filter(([, value], at) => at === 0 || value !== points[at - 1]![1]);
    const bars = changes.map(([time, value], at) => {
      const end = changes[at + 1]?.[0] ?? points.at(-1)![0];
      const bar = { x: x(time), y, width: x(end) - x(time), height: height - 4 };
      return `<rect ${rectangle(bar)} fill="${COLOURS[shownAs(defaults, value).color]}"/>`;
    });
    return [`<text x="${box.x}" y="${round(y + height / 2 + 2)}">${escaped(name)}</text>`, ...bars];
  });
  const meanings = Object.values(defaults.mappings[0]!.options).map(({ text, color }, index) => {
    const square = { x: box.x + AXIS + index * 110, y: box.y + box.height - 9, width: 8, height: 8 };
    return `<rect ${rectangle(square)} fill="${COLOURS[color]}"/><text x="${square.x + 12}" y="${square.y + 8}">${escaped(text)}</text>`;
  });
  return [...rows, ...meanings].join("\n");
}

/** The end of a name, as far as there is room: what tells names apart is mostly there. */
function fitting(name: string, width: number): string {
  const most = Math.floor(width / 6);
  return name.length > most ? `…${name.slice(1 - most)}` : name;
}

function rectangle({ x, y, width, height }: Box): string {
  return `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
}
