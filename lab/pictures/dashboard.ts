/** What of a dashboard's file is drawn. */
export interface Dashboard {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** One of its panels. */
export interface Panel {
  readonly type: "stat" | "timeseries" | "state-timeline";
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  readonly fieldConfig: { readonly defaults: Field };
}

/** How its values are shown. */
export interface Field {
  readonly unit: string;
  readonly mappings: readonly { readonly options: Readonly<Record<string, { text: string; color: string }>> }[];
  readonly thresholds: { readonly steps: readonly { readonly color: string; readonly value: number | null }[] };
}

/** A line of a panel. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [time: number, value: number])[];
}

/** Text and colour of a value. */
export function shownAs({ unit, mappings, thresholds }: Field, value: number): { text: string; color: string } {
  const mapped = mappings[0]?.options[value];
  const steps = thresholds.steps.filter((step) => value >= (step.value ?? -Infinity));
  return mapped ?? { text: withUnit(value, unit), color: steps.at(-1)!.color };
}

/** A value as people write it. */
export function withUnit(value: number, unit: string): string {
  switch (unit) {
    case "s":
      return duration(value);
    case "percentunit":
      return `${Math.round(value * 100)} %`;
    default:
      return short(value) + ({ reqps: " req/s", ops: " /s" }[unit] ?? "");
  }
}

function duration(seconds: number): string {
  const units = [
    [86400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ] as const;
  const [factor, name] = units.find(([least]) => seconds >= least) ?? [0.001, "ms"];
  return `${short(seconds / factor)} ${name}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}
