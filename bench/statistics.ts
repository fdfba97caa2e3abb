/** How the times of A compare to those of B. */
export interface Ratio {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly pairs: number;
}

/**
 * Measures A B A B …, after a first round that does not count, and divides within each pair: what slows down both of a
 * pair cancels out, and what slows down one of them is no median.
 */
export async function compare(pairs: number, a: Measurement, b: Measurement): Promise<Ratio> {
  await a();
  await b();
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const timeOfA = await a();
    ratios.push(timeOfA / (await b()));
  }
  return {
    median: quantile(ratios, 0.5),
    lowerQuartile: quantile(ratios, 0.25),
    upperQuartile: quantile(ratios, 0.75),
    pairs,
  };
}

/** Does something once and says how long it took. */
export type Measurement = () => number | Promise<number>;

/** The p of the power law y = c·xᵖ that fits best: the slope of the line through the logarithms. */
export function growthExponent(points: readonly (readonly [x: number, y: number])[]): number {
  const logarithms = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const meanX = mean(logarithms.map(([x]) => x));
  const meanY = mean(logarithms.map(([, y]) => y));
  const covariance = mean(logarithms.map(([x, y]) => (x - meanX) * (y - meanY)));
  return covariance / mean(logarithms.map(([x]) => (x - meanX) ** 2));
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((x, y) => x - y);
  const position = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(position)]!;
  return below + (sorted[Math.ceil(position)]! - below) * (position % 1);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
