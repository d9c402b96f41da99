/**
 * Batch normalisation on the WASM heap.
 *
 * @module
 */
import type { KernelCall, TensorInfo } from "../kernel.ts";
import { type Heap, heapOf } from "./heap.ts";
import { simd } from "./simd.ts";

/** Inputs x, gamma, beta, slope?, residual?; attributes epsilon, pool; outputs y, mean, variance. */
export function batchNormOnHeap({ backend, inputs, attributes }: KernelCall): TensorInfo | TensorInfo[] {
  const heap = heapOf(backend), { x, gamma, beta, slope, residual } = inputs;
  const [rows, channels] = rowsOf(x!.shape), epsilon = attributes.epsilon as number;
  const pool = attributes.pool === true;
  const y = heap.output(pool ? pooled(x!.shape) : x!.shape), mean = heap.output([channels]);
  const variance = heap.output([channels]), at = addresses(heap, { x, y, mean, beta, slope, residual });
  heap.sums(8 * 2 * channels + 4 * channels, (sums) => {
    const scale = sums + 16 * channels;
    simd().normSums(at.x!, rows, channels, sums, scale);
    statistics(heap, { sums, rows, channels, epsilon }, { gamma: gamma!, mean, variance, scale });
    if (pool) simd().normPoolApply(at.x!, at.y!, ...images(x!), at.mean!, scale, at.beta!, at.slope!);
    else simd().normApply(at.x!, at.y!, rows, channels, at.mean!, scale, at.beta!, at.slope!, at.residual!);
    if (pool && residual) addInPlace(heap, y, residual);
  });
  return [y, mean, variance];
}

/** Inputs x, dy, gamma, beta, mean, variance, slope?; attributes epsilon, pool; outputs dx, dγ, dβ, dslope?. */
export function batchNormGradientOnHeap({ backend, inputs, attributes }: KernelCall): TensorInfo | TensorInfo[] {
  const heap = heapOf(backend), { x, dy, gamma, beta, mean, variance, slope } = inputs;
  const [rows, channels] = rowsOf(x!.shape), epsilon = attributes.epsilon as number;
  const dx = heap.output(x!.shape), dGamma = heap.output([channels]), dBeta = heap.output([channels]);
  const dSlope = slope ? heap.output([channels]) : undefined;
  const at = addresses(heap, { x, dy, dx, mean, beta, slope });
  const pool = attributes.pool === true, layout = pool ? images(x!) : [rows, channels];
  heap.sums(24 * channels + 12 * channels, (sums) => {
    const scale = sums + 24 * channels, tilt = scale + 4 * channels, level = tilt + 4 * channels;
    const vector = (info: TensorInfo) => heap.floats(heap.address(info), channels);
    const inverse = vector(variance!).map((value) => 1 / Math.sqrt(value + epsilon));
    heap.floats(scale, channels).set(vector(gamma!).map((value, c) => value * inverse[c]!));
    const normal = [at.mean!, scale, at.beta!, at.slope!] as const;
    if (pool) simd().normPoolGradSums(at.x!, at.dy!, ...layout, ...normal, sums);
    else simd().normGradSums(at.x!, at.dy!, ...layout, ...normal, sums);
    const [first, second, third] = [0, 1, 2].map((i) => heap.doubles(sums + 8 * i * channels, channels));
    const scales = heap.floats(scale, channels), tilts = heap.floats(tilt, channels);
    for (let c = 0; c < channels; c++) {
      vector(dGamma)[c] = second![c]! * inverse[c]!;
      vector(dBeta)[c] = first![c]!;
      if (dSlope) vector(dSlope)[c] = third![c]!;
      tilts[c] = -scales[c]! * inverse[c]! ** 2 * second![c]! / rows;
      heap.floats(level, channels)[c] = -scales[c]! * first![c]! / rows;
    }
    if (pool) simd().normPoolGradApply(at.x!, at.dy!, at.dx!, ...layout, ...normal, tilt, level);
    else simd().normGradApply(at.x!, at.dy!, at.dx!, ...layout, ...normal, tilt, level);
  });
  return [dx, dGamma, dBeta, ...dSlope ? [dSlope] : []];
}

/** Mean, biased variance and γ/√(σ² + ε) from the sums of x and (x − mean)². */
function statistics(
  heap: Heap,
  { sums, rows, channels, epsilon }: { sums: number; rows: number; channels: number; epsilon: number },
  to: { gamma: TensorInfo; mean: TensorInfo; variance: TensorInfo; scale: number },
): void {
  const vector = (info: TensorInfo) => heap.floats(heap.address(info), channels);
  const sum = heap.doubles(sums, channels), squares = heap.doubles(sums + 8 * channels, channels);
  const [gamma, mean, variance] = [to.gamma, to.mean, to.variance].map(vector) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const scale = heap.floats(to.scale, channels);
  for (let c = 0; c < channels; c++) {
    mean[c] = sum[c]! / rows;
    variance[c] = squares[c]! / rows;
    scale[c] = gamma[c]! / Math.sqrt(variance[c]! + epsilon);
  }
}

/** Addresses of tensors; 0 for those that are absent. */
function addresses<K extends string>(heap: Heap, tensors: Record<K, TensorInfo | undefined>): Record<K, number> {
  const entries = Object.entries<TensorInfo | undefined>(tensors);
  return Object.fromEntries(entries.map(([name, info]) => [name, info ? heap.address(info) : 0])) as Record<K, number>;
}

/** Number of rows and channels of a tensor with channels last. */
function rowsOf(shape: readonly number[]): [number, number] {
  return [shape.slice(0, -1).reduce((a, b) => a * b, 1), shape.at(-1)!];
}

/** Batch, height, width, channels. */
function images({ shape }: TensorInfo): [number, number, number, number] {
  return shape as [number, number, number, number];
}

function pooled([batch, height, width, channels]: readonly number[]): number[] {
  return [batch!, height! >> 1, width! >> 1, channels!];
}

function addInPlace(heap: Heap, to: TensorInfo, from: TensorInfo): void {
  const size = to.shape.reduce((a, b) => a * b, 1);
  const target = heap.floats(heap.address(to), size), source = heap.floats(heap.address(from), size);
  for (let i = 0; i < size; i++) target[i]! += source[i]!;
}
