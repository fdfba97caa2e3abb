/** How long something is, or was, in the largest unit of which there are two at least: `12 min`. */
export function ageOf(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [size, unit] = UNITS.find(([one]) => whole >= 2 * one) ?? ([1, "s"] as const);
  return `${Math.floor(whole / size)} ${unit}`;
}

const UNITS = [
  [86400, "days"],
  [3600, "h"],
  [60, "min"],
] as const;

/** A size that is given in KiB: `132 KiB`, `4.1 GiB`. */
export function sizeOf(kib: number): string {
  const [size, unit] =
    kib >= 1 << 20 ? ([1 << 20, "GiB"] as const) : kib >= 1 << 10 ? ([1 << 10, "MiB"] as const) : ([1, "KiB"] as const);
  const value = kib / size;
  return `${value < 10 && size > 1 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
