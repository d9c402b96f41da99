/**
 * Resamples of pairs: by identity, and by pair.
 *
 * @module
 */
import type { Random } from "../../tensor/random.ts";
import type { PairIdentities } from "./pair_statistics.ts";

/** Pairs with their identities as numbers from 0, and their dyads: the unordered couples of two identities. */
export interface PairGraph {
  /** First identity of each pair. */
  readonly left: Int32Array;
  /** Second identity of each pair. */
  readonly right: Int32Array;
  /** Dyad of each impostor pair, −1 of a genuine one. */
  readonly dyad: Int32Array;
  /** Number of identities. */
  readonly identities: number;
  /** Number of dyads. */
  readonly dyads: number;
}

/** Numbers identities and dyads in the order in which they appear. */
export function pairGraph({ left, right }: PairIdentities): PairGraph {
  const numbers = new Map<number, number>(), dyads = new Map<number, number>();
  const numberOf = <K>(of: Map<K, number>, key: K): number => {
    const known = of.get(key);
    if (known !== undefined) return known;
    of.set(key, of.size);
    return of.size - 1;
  };
  const count = left.length, a = new Int32Array(count), b = new Int32Array(count);
  for (let pair = 0; pair < count; pair++) {
    a[pair] = numberOf(numbers, left[pair]!);
    b[pair] = numberOf(numbers, right[pair]!);
  }
  const dyad = a.map((i, pair) => {
    const j = b[pair]!;
    return i === j ? -1 : numberOf(dyads, Math.min(i, j) * numbers.size + Math.max(i, j));
  });
  return { left: a, right: b, dyad, identities: numbers.size, dyads: dyads.size };
}

/** How often each of `out.length` units is drawn in as many draws with replacement. */
export function drawMultiplicities(random: Random, out: Uint16Array): void {
  out.fill(0);
  for (let i = 0; i < out.length; i++) out[random.integer(out.length)]!++;
}

/** Weights of pairs by the multiplicities of identities: `m_i m_j` of an impostor pair, `m_i` of a genuine one. */
export function identityWeights({ left, right, dyad }: PairGraph, drawn: Uint16Array, out: Float64Array): void {
  for (let pair = 0; pair < out.length; pair++) {
    const m = drawn[left[pair]!]!;
    out[pair] = dyad[pair]! < 0 ? m : m * drawn[right[pair]!]!;
  }
}

/** Weights of pairs by the multiplicities of dyads: `m_ij` of an impostor pair, 1 of a genuine one. */
export function dyadWeights({ dyad }: PairGraph, drawn: Uint16Array, out: Float64Array): void {
  for (let pair = 0; pair < out.length; pair++) out[pair] = dyad[pair]! < 0 ? 1 : drawn[dyad[pair]!]!;
}
