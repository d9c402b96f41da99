/**
 * Initial values of weights, from named streams.
 *
 * @module
 */
import type { Random } from "../tensor/random.ts";

/** How many values a weight joins, as PyTorch counts them: groups of a convolution are left out of account in `fanOut`. */
export interface Fans {
  /** Inputs that one output sums over. */
  readonly fanIn: number;
  /** Outputs times the area of the kernel. */
  readonly fanOut: number;
}

/** Gives the initial values of one parameter. */
export type Initialiser = (random: Random, size: number, fans: Fans) => Float32Array;

/** All values equal to `value`. */
export function constant(value: number): Initialiser {
  return (_random, size) => new Float32Array(size).fill(value);
}

/** Normal with mean 0 and standard deviation `deviation`. */
export function normal(deviation: number): Initialiser {
  return (random, size) => Float32Array.from({ length: size }, () => deviation * random.normal());
}

/** Uniform on `±1/√fanIn`: PyTorch's default of linear and convolution layers (Kaiming uniform with a = √5). */
export function torchUniform(random: Random, size: number, { fanIn }: Fans): Float32Array {
  const bound = 1 / Math.sqrt(fanIn);
  return Float32Array.from({ length: size }, () => (2 * random.uniform() - 1) * bound);
}

/**
 * Normal with standard deviation `√(2/fanOut)`: PyTorch's Kaiming normal of mode fan-out, MXNet's Xavier of type
 * gaussian, factor out, magnitude 2.
 *
 * Source: K. He et al., https://arxiv.org/abs/1502.01852, equation 14.
 */
export function fanOutNormal(random: Random, size: number, { fanOut }: Fans): Float32Array {
  const deviation = Math.sqrt(2 / fanOut);
  return Float32Array.from({ length: size }, () => deviation * random.normal());
}
