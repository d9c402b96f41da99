/**
 * Numbers and lines of figures: rounded, thinned, and averaged over seeds.
 *
 * @module
 */

/** A point of a line. */
export type Point = readonly [x: number, y: number];

/** A point of the mean of some lines, with the least and the greatest of them. */
export interface MeanPoint {
  /** Place. */
  readonly x: number;
  /** Mean. */
  readonly y: number;
  /** Least. */
  readonly low: number;
  /** Greatest. */
  readonly high: number;
}

/** A number as a specification holds it: six significant digits. */
export function short(value: number): number {
  return Number(value.toPrecision(6));
}

/** At most so many values, evenly, the first and the last among them. */
export function thin<T>(values: readonly T[], most: number): T[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, i) => values[Math.round(i * (values.length - 1) / (most - 1))]!);
}

/**
 * The mean of lines at every place that one of them has, where all have begun; between its points a line keeps the
 * value of the last one, which is what an operating characteristic does (vertical averaging; T. Fawcett, "An introduction
 * to ROC analysis", 2006).
 *
 * @param lines Points, ascending along x.
 */
export function meanLine(lines: readonly (readonly Point[])[]): MeanPoint[] {
  if (lines.length === 0 || lines.some(({ length }) => length === 0)) return [];
  const start = Math.max(...lines.map((line) => line[0]![0]));
  const places = [...new Set(lines.flatMap((line) => line.map(([x]) => x)))].filter((x) => x >= start)
    .sort((a, b) => a - b);
  const at = lines.map(() => 0);
  return places.map((x) => {
    const values = lines.map((line, i) => {
      while (at[i]! + 1 < line.length && line[at[i]! + 1]![0] <= x) at[i]!++;
      return line[at[i]!]![1];
    });
    return {
      x: short(x),
      y: short(values.reduce((sum, value) => sum + value, 0) / values.length),
      low: short(Math.min(...values)),
      high: short(Math.max(...values)),
    };
  });
}
