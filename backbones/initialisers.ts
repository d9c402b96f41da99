/**
 * Initial values of weights, from named streams.
 *
 * @module
 */
import type { Random } from "../tensor/random.ts";

/** Gives the initial values of one parameter. */
export type Initialiser = (random: Random, size: number, fanIn: number) => Float32Array;

/** All values equal to `value`. */
export function constant(value: number): Initialiser {
  return (_random, size) => new Float32Array(size).fill(value);
}

/** Normal with mean 0 and standard deviation `deviation`. */
export function normal(deviation: number): Initialiser {
  return (random, size) => Float32Array.from({ length: size }, () => deviation * random.normal());
}

/** Uniform on `±1/√fanIn`: PyTorch's default of linear and convolution layers (Kaiming uniform with a = √5). */
export function torchUniform(random: Random, size: number, fanIn: number): Float32Array {
  const bound = 1 / Math.sqrt(fanIn);
  return Float32Array.from({ length: size }, () => (2 * random.uniform() - 1) * bound);
}
