/** How often intervals hold the truth, by simulation: what the quick test and the long script run. */
import {
  accuracyDifference,
  binomialInterval,
  binomialProbability,
  clusterBootstrap,
  meanInterval,
  normalCdf,
  normalQuantile,
  pairedDifference,
  type PairIdentities,
  predictionInterval,
  tarDifference,
} from "../../../reports/mod.ts";
import { createRandom, type Random } from "../../../tensor/random.ts";

/** An interval that may hold the truth. */
type Ends = { readonly low: number | null; readonly high: number | null } | null;

function holds(ends: Ends, truth: number): boolean {
  return ends !== null && ends.low! <= truth && truth <= ends.high!;
}

/** Share of simulations whose interval holds the truth. */
function share(simulations: number, random: Random, one: (random: Random) => boolean): number {
  let held = 0;
  for (let s = 0; s < simulations; s++) if (one(random.fork(s))) held++;
  return held / simulations;
}

function normals(random: Random, n: number): number[] {
  return Array.from({ length: n }, () => random.normal());
}

/** Intervals of a few seeds, by their names. */
export const seedIntervals: Readonly<Record<string, (random: Random, n: number) => boolean>> = {
  meanInterval: (random, n) => holds(meanInterval(normals(random, n)), 0),
  predictionInterval: (random, n) => holds(predictionInterval(normals(random, n)), random.normal()),
  // Seeds that are good or bad for both rows, a spread of its own in each, a difference of 0.3.
  pairedDifference: (random, n) => {
    const shared = normals(random, n).map((value) => 3 * value);
    const row = (scale: number, shift: number) =>
      shared.map((value, seed) => ({ seed, value: value + scale * random.normal() + shift }));
    return holds(pairedDifference(row(0.5, 0.3), row(1, 0)), 0.3);
  },
};

/** Coverage of an interval of {@link seedIntervals}. */
export function seedCoverage(name: string, n: number, simulations: number): number {
  return share(simulations, createRandom(11, `coverage/${name}/${n}`), (random) => seedIntervals[name]!(random, n));
}

/** Coverage of Wilson's interval, exactly: the chance of all counts whose interval holds p. */
export function wilsonCoverage(p: number, n: number): number {
  let held = 0;
  for (let k = 0; k <= n; k++) if (holds(binomialInterval(k / n, n), p)) held += binomialProbability(k, n, p);
  return held;
}

/** A test set, and two networks on it. */
export interface PairDesign {
  readonly identities: number;
  /** Half of them genuine. */
  readonly pairs: number;
  /** Share of the variance of a distance that comes from its identities, in [0, 1]. */
  readonly clustered: number;
  /** False accept rate of the true accept rates. */
  readonly far: number;
  readonly resamples: number;
}

/** Mean distances of genuine pairs, by network; impostor pairs are at 0, and every distance has variance 1. */
const GENUINE = [-3, -2.7] as const;
/** Where pairs are told apart. */
const THRESHOLD = -1.4;
/** Correlation of what the two networks see. */
const SHARED = 0.6;

/** The true differences of the simulated networks. */
function truths(far: number): readonly [accuracy: number, tar: number] {
  const difference = (at: number) => normalCdf(at - GENUINE[0]) - normalCdf(at - GENUINE[1]);
  return [difference(THRESHOLD) / 2, difference(normalQuantile(far))];
}

function drawPairs(random: Random, { identities, pairs }: PairDesign): PairIdentities {
  const left = Int32Array.from({ length: pairs }, () => random.integer(identities));
  const other = (i: number) => (i + 1 + random.integer(identities - 1)) % identities;
  return { left, right: left.map((i, pair) => pair % 2 === 0 ? i : other(i)) };
}

/** Distances of the two networks: identities that are hard for both, and noise. */
function drawDistances(random: Random, { left, right }: PairIdentities, design: PairDesign): Float64Array[] {
  const { identities, pairs, clustered } = design;
  const correlated = (n: number) => {
    const common = normals(random, n);
    return GENUINE.map(() => common.map((x) => Math.sqrt(SHARED) * x + Math.sqrt(1 - SHARED) * random.normal()));
  };
  const hard = correlated(identities), noise = correlated(pairs);
  return GENUINE.map((genuine, network) =>
    Float64Array.from({ length: pairs }, (_, pair) => {
      const i = left[pair]!, j = right[pair]!, of = hard[network]!;
      const identity = i === j ? of[i]! : (of[i]! + of[j]!) / Math.SQRT2;
      return (i === j ? genuine : 0) + Math.sqrt(clustered) * identity +
        Math.sqrt(1 - clustered) * noise[network]![pair]!;
    })
  );
}

/** Coverage of the bootstrap's intervals of both differences, and the mean shrinkage of each. */
export function bootstrapCoverage(design: PairDesign, simulations: number, seed = 0): {
  readonly coverage: readonly [accuracy: number, tar: number];
  readonly shrink: readonly [accuracy: number, tar: number];
} {
  const wanted = truths(design.far), held = [0, 0], shrink = [0, 0];
  const stream = createRandom(seed, `coverage/${JSON.stringify(design)}`);
  for (let s = 0; s < simulations; s++) {
    const random = stream.fork(s), pairs = drawPairs(random, design);
    const distances = drawDistances(random, pairs, design);
    const [first, second] = distances.map((of) =>
      Uint8Array.from(of, (distance, pair) => Number(distance < THRESHOLD === (pair % 2 === 0)))
    );
    const statistics = [
      accuracyDifference(pairs, first!, second!),
      tarDifference(pairs, distances[0]!, distances[1]!, design.far),
    ];
    clusterBootstrap(pairs, statistics, { resamples: design.resamples, seed: s }).forEach((found, i) => {
      if (holds(found, wanted[i]!)) held[i]!++;
      shrink[i]! += found?.shrink ?? 0;
    });
  }
  return {
    coverage: [held[0]! / simulations, held[1]! / simulations],
    shrink: [shrink[0]! / simulations, shrink[1]! / simulations],
  };
}
