/**
 * Batch normalisation on WebGPU: partial sums by channel and chunk of rows, their combination, and one pass that
 * applies them, with the PReLU, the pooling or the sum that follows.
 *
 * @module
 */
import type { KernelCall, TensorInfo } from "../kernel.ts";
import { BACKWARD_APPLY, BACKWARD_COMBINE, BACKWARD_SUMS } from "./batch_norm_backward.ts";
import type { BatchNormVariant } from "./batch_norm_code.ts";
import { FORWARD_APPLY, FORWARD_COMBINE, FORWARD_SUMS } from "./batch_norm_forward.ts";
import { deviceOutput, type DeviceProgram, dispatch, flatGroups } from "./device_program.ts";
import { elementsOf, fullShapeOf, isHalfInfo, storedAs } from "./storage.ts";

/** Rows, or pooled pixels, that one invocation adds. */
const CHUNK = 128;

/** Inputs x, gamma, beta, slope?, residual?; attributes epsilon, pool; outputs y, mean, variance. */
export function batchNormOnDevice({ backend, inputs, attributes }: KernelCall): TensorInfo[] {
  const { x, gamma, beta, slope, residual } = inputs as Record<string, TensorInfo>;
  const shape = fullShapeOf(x!), channels = shape.at(-1)!, rows = sizeOf(shape) / channels;
  const variant = variantOf(x!, { slope, residual, pool: attributes.pool === true });
  const epsilon = { f32: attributes.epsilon as number }, lanes = channels / (variant.vector ? 4 : 1);
  const output = variant.pool ? [shape[0]!, shape[1]! >> 1, shape[2]! >> 1, channels] : shape;
  const stored = storedAs(output, isHalfInfo(x!)), chunks = Math.ceil(rows / CHUNK);
  const y = deviceOutput(backend, stored.shape, stored.dtype);
  const [mean, variance, scale] = [0, 1, 2].map(() => deviceOutput(backend, [channels])) as [
    TensorInfo,
    TensorInfo,
    TensorInfo,
  ];
  const partial = deviceOutput(backend, [chunks, 2 * channels]);
  run(backend, program(FORWARD_SUMS, variant), [x!, partial], [lanes, rows, CHUNK, chunks], lanes * chunks);
  const combined = [partial, gamma!, mean, variance, scale];
  run(backend, program(FORWARD_COMBINE, variant), combined, [lanes, rows, CHUNK, chunks, epsilon], 64 * lanes);
  const extra = [...slope ? [slope] : [], ...residual ? [residual] : []];
  const size = sizeOf(output) / (variant.vector ? 4 : 1);
  const geometry = variant.pool ? [shape[1]!, shape[2]!] : [0, 0];
  run(
    backend,
    program(FORWARD_APPLY, variant),
    [x!, mean, scale, beta!, y, ...extra],
    [lanes, size, ...geometry],
    size,
  );
  free(backend, partial, scale);
  return [y, mean, variance];
}

/** Inputs x, dy, gamma, beta, mean, variance, slope?; attributes epsilon, pool; outputs dx, dγ, dβ, dslope?. */
export function batchNormGradientOnDevice({ backend, inputs, attributes }: KernelCall): TensorInfo[] {
  const { x, dy, gamma, beta, mean, variance, slope } = inputs as Record<string, TensorInfo>;
  const shape = fullShapeOf(x!), channels = shape.at(-1)!, rows = sizeOf(shape) / channels;
  const variant = variantOf(x!, { slope, residual: undefined, pool: attributes.pool === true });
  const epsilon = { f32: attributes.epsilon as number }, lanes = channels / (variant.vector ? 4 : 1);
  const geometry = variant.pool ? [shape[1]!, shape[2]!] : [0, 0];
  const summed = variant.pool ? shape[0]! * (shape[1]! >> 1) * (shape[2]! >> 1) : rows;
  const chunks = Math.ceil(summed / CHUNK), small = () => deviceOutput(backend, [channels]);
  const dGamma = small(), dBeta = small(), dSlope = slope ? small() : undefined;
  const partial = deviceOutput(backend, [chunks, 3 * channels]), coefficients = deviceOutput(backend, [3 * channels]);
  const extra = slope ? [slope] : [];
  const statistics = [gamma!, beta!, mean!, variance!];
  const settings = [lanes, summed, CHUNK, chunks, ...geometry, epsilon];
  run(backend, program(BACKWARD_SUMS, variant), [x!, dy!, ...statistics, partial, ...extra], settings, lanes * chunks);
  const outputs = [dGamma, dBeta, ...dSlope ? [dSlope] : []];
  const combined = [partial, gamma!, variance!, coefficients, ...outputs];
  run(backend, program(BACKWARD_COMBINE, variant), combined, [lanes, rows, chunks, 0, epsilon], 64 * lanes);
  const dx = deviceOutput(backend, x!.shape, x!.dtype);
  const windows = variant.pool ? shape[0]! * Math.ceil(shape[1]! / 2) * Math.ceil(shape[2]! / 2) : rows;
  const size = windows * lanes;
  const applied = [x!, dy!, mean!, beta!, coefficients, dx, ...extra];
  run(backend, program(BACKWARD_APPLY, variant), applied, [lanes, size, ...geometry], size);
  free(backend, partial, coefficients);
  return [dx, ...outputs];
}

function variantOf(
  x: TensorInfo,
  { slope, residual, pool }: { slope: TensorInfo | undefined; residual: TensorInfo | undefined; pool: boolean },
): BatchNormVariant {
  const vector = fullShapeOf(x).at(-1)! % 4 === 0;
  return {
    vector,
    elements: elementsOf(x, vector),
    slope: slope !== undefined,
    residual: residual !== undefined,
    pool,
  };
}

function program(
  make: { readonly name: string } & ((variant: BatchNormVariant) => string),
  variant: BatchNormVariant,
): DeviceProgram {
  return { key: `batchNorm ${make.name} ${Object.values(variant)}`, code: () => make(variant) };
}

function run(
  backend: unknown,
  ...[program, tensors, settings, invocations]: [DeviceProgram, TensorInfo[], Parameters<typeof dispatch>[3], number]
): void {
  dispatch(backend, program, tensors, settings, flatGroups(Math.ceil(invocations / 64)));
}

function free(backend: unknown, ...tensors: readonly TensorInfo[]): void {
  for (const { dataId } of tensors) (backend as { disposeData(id: object): void }).disposeData(dataId);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
