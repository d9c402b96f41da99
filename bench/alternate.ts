/**
 * Timing in turn: A B A B, so that whatever else the machine does falls on all sides alike.
 *
 * @module
 */

/** One of the things that are compared. */
export interface Side {
  /** What the table calls it. */
  readonly name: string;
  /** Does the work once or more and gives the milliseconds of one time, or of several. */
  readonly measure: () => Promise<number | readonly number[]>;
}

/** Timings of one side, or why there are none. */
export interface Timed {
  /** The side's name. */
  readonly name: string;
  /** Milliseconds of each time. */
  readonly ms: readonly number[];
  /** What went wrong. */
  readonly error?: string;
}

/** How long to go on. */
export interface AlternateOptions {
  /** Rounds that are thrown away. */
  readonly warmUp: number;
  /** Rounds that count, at most. */
  readonly rounds: number;
  /** Milliseconds after which no further round begins, the first two not counted. */
  readonly budget: number;
  /** Milliseconds of rest before each timing, so that threads of another process that wait by spinning are asleep. */
  readonly rest?: number;
  /** The clock, for tests. */
  readonly now?: () => number;
}

/** Share of the budget that one timing may take of a side that is timed in every round. */
const SLOW = 0.1;

/**
 * Times the sides in turn. One that throws is left out from there on, with its message; one that is so slow that it
 * would leave the others no rounds is timed twice, in the first two.
 */
export async function alternate(sides: readonly Side[], options: AlternateOptions): Promise<Timed[]> {
  const { warmUp, rounds, budget, rest = 0, now = () => performance.now() } = options;
  const timed = sides.map(({ name }) => ({ name, ms: [] as number[], error: undefined as string | undefined }));
  const slow = new Set<Side>();
  let since = now();
  for (let round = -warmUp; round < rounds; round++) {
    if (round === 2) since = now();
    if (round > 2 && now() - since > budget) break;
    for (const i of orderOf(round + warmUp, sides.length)) {
      const side = sides[i]!, of = timed[i]!;
      if (of.error !== undefined || round >= 2 && slow.has(side)) continue;
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
      try {
        const begun = now(), ms = await side.measure();
        if (now() - begun > SLOW * budget) slow.add(side);
        if (round >= 0) of.ms.push(...typeof ms === "number" ? [ms] : ms);
      } catch (error) {
        of.error = oneLine(error);
      }
    }
  }
  return timed.map(({ name, ms, error }) => ({ name, ms, ...error === undefined ? {} : { error } }));
}

/** The order of a round: forward and back by turns, each two begun one side further on, so that all follow all. */
function orderOf(round: number, count: number): number[] {
  const order = Array.from({ length: count }, (_, i) => (i + (round >> 1)) % count);
  return round % 2 === 0 ? order : order.reverse();
}

function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ").trim().slice(0, 200);
}
