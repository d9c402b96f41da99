/**
 * Named random streams: Philox4x32-10 keyed by SHA-256 of the seed and the stream's path.
 *
 * Source: J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";

/** A stream of random numbers with random access: its whole state is `position`. */
export interface Random {
  /** Path of the stream, such as `0/init/conv1.weight`. */
  readonly path: string;
  /** Key of the block function. */
  readonly key: readonly [number, number];
  /** High half of the counter; the low half counts blocks of four words. */
  readonly nonce: readonly [number, number];
  /** How many 32-bit words have been drawn; assign to seek. */
  position: number;
  /** The next 32-bit word, an integer in `[0, 2³²)`. */
  uint32(): number;
  /** A uniform number in `[0, 1)` of 32 random bits; draws one word. */
  uniform(): number;
  /** An integer in `[0, n)`, without bias; draws one word or, rarely, more. */
  integer(n: number): number;
  /** A standard normal number (Box–Muller); draws two words. */
  normal(): number;
  /** A permutation of `0 … n − 1` (Fisher–Yates). */
  permutation(n: number): Int32Array;
  /** An independent stream named below this one; it does not depend on `position`. */
  fork(name: string | number): Random;
}

const ROUNDS = 10;
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** High 32 bits of the product of two unsigned 32-bit integers. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff, aHigh = a >>> 16, bLow = b & 0xffff, bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0;
}

/**
 * The Philox4x32-10 block function: four random words from a counter and a key.
 *
 * @param counter Four 32-bit words; not changed.
 * @param key Two 32-bit words; not changed.
 * @param out Receives the four words.
 */
export function philox4x32(counter: Uint32Array, key: Uint32Array, out: Uint32Array): void {
  let c0 = counter[0]!, c1 = counter[1]!, c2 = counter[2]!, c3 = counter[3]!;
  let k0 = key[0]!, k1 = key[1]!;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = mulHigh(MULTIPLIER_0, c0), low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = mulHigh(MULTIPLIER_1, c2), low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

/**
 * The first words of the stream of a key and nonce, as {@link Random.uint32} gives them one by one.
 *
 * @param key {@link Random.key}.
 * @param nonce {@link Random.nonce}.
 * @param count How many.
 */
export function philoxWords(
  key: readonly [number, number],
  nonce: readonly [number, number],
  count: number,
): Uint32Array {
  const words = new Uint32Array(Math.ceil(count / 4) * 4), counter = Uint32Array.of(0, 0, ...nonce);
  const block = Uint32Array.from(key);
  for (let i = 0; i < words.length; i += 4) {
    counter[0] = i / 4;
    philox4x32(counter, block, words.subarray(i, i + 4));
  }
  return words.subarray(0, count);
}

/**
 * Opens a stream.
 *
 * @param seed The run's seed.
 * @param name The stream's name: `init`, `order`, `augment`, `dropout`, …
 *
 * @example Two streams of one name and seed agree
 * ```ts
 * import { createRandom } from "./random.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(createRandom(0, "order").permutation(5), createRandom(0, "order").permutation(5));
 * ```
 */
export function createRandom(seed: number | string, name: string): Random {
  return open(`${seed}/${name}`);
}

function open(path: string): Random {
  const hash = new DataView(sha256(new TextEncoder().encode(path)).buffer);
  const key = Uint32Array.of(hash.getUint32(0, true), hash.getUint32(4, true));
  const counter = Uint32Array.of(0, 0, hash.getUint32(8, true), hash.getUint32(12, true));
  const block = new Uint32Array(4);
  let loaded = -1;
  const stream: Random = {
    path,
    key: [key[0]!, key[1]!],
    nonce: [counter[2]!, counter[3]!],
    position: 0,
    uint32() {
      const index = Math.floor(stream.position / 4);
      if (index !== loaded) {
        counter[0] = index >>> 0;
        counter[1] = Math.floor(index / 2 ** 32);
        philox4x32(counter, key, block);
        loaded = index;
      }
      return block[stream.position++ % 4]!;
    },
    uniform: () => stream.uint32() / 2 ** 32,
    integer(n) {
      const limit = 2 ** 32 - (2 ** 32 % n);
      let word = stream.uint32();
      while (word >= limit) word = stream.uint32();
      return word % n;
    },
    normal() {
      const radius = Math.sqrt(-2 * Math.log((stream.uint32() + 1) / 2 ** 32));
      return radius * Math.cos(2 * Math.PI * stream.uniform());
    },
    permutation(n) {
      const order = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = stream.integer(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
    fork: (name) => open(`${path}/${name}`),
  };
  return stream;
}
