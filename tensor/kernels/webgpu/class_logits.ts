/**
 * The class-side kernels in WGSL; see `../class_logits.ts`. No invocation adds to what another wrote, so the same inputs
 * give the same bits.
 *
 * @module
 */
import { LOWEST, SMALLEST_NORM } from "../class_logits.ts";
import type { Kernel, KernelCall, KernelTable, TensorInfo } from "../kernel.ts";
import { gatherRowsWebgpu, scatterRowsWebgpu, writable } from "./class_rows.ts";
import { freeInfos, runFlat } from "./flat.ts";

/** Invocations that share a row of logits; a power of 2, as dividing by others is slow. */
const LANES = 128;

/** Invocations that share a row of weights, a power of 2: neighbours read neighbouring elements. */
const ROW_LANES = 16;

/** WGSL: which row an invocation works on, and its place among those that share the row. */
function rowOf(lanes: number): string {
  return `let row = i32(u32(index) / ${lanes}u); let lane = i32(u32(index) % ${lanes}u);`;
}

const LOGIT = (bias: TensorInfo | undefined) =>
  `let z = products[at] * (uniforms.s * inverse[j])${bias ? " + bias[j]" : ""};`;

/** WGSL: whether a value is infinite or no number, told by its bits, since a shader may take it that there are none. */
function notFinite(value: string): string {
  return `((bitcast<u32>(${value}) & 0x7f800000u) == 0x7f800000u)`;
}

/** WGSL: a value that is no number; `seed` is an integer above 0 that is known when the shader runs. */
function noNumber(seed: string): string {
  return `bitcast<f32>(0x7f800000u | u32(${seed}))`;
}

const classStatistics: Kernel = ({ backend, inputs, attributes: { first, s } }) => {
  const { products, inverse, bias, labels, before } = inputs, [batch, n] = products!.shape as [number, number];
  // Each lane goes through every lanes-th column with one exponential a logit: e to minus what lies between.
  const partial = runFlat(backend, {
    key: `marginlabClassStatistics${bias ? "Biased" : ""}`,
    inputs: { products, inverse, labels, bias },
    integers: { n, first: first as number },
    floats: { s: s as number },
    shape: [batch, LANES, 2],
    count: batch * LANES,
    code: `
      ${rowOf(LANES)}
      let own = labels[row] - uniforms.first;
      var top = ${LOWEST};
      var total = 0.0;
      var bad = false;
      for (var j = lane; j < uniforms.n; j += ${LANES}) {
        if (j == own) { continue; }
        let at = row * uniforms.n + j;
        ${LOGIT(bias)}
        bad = bad || ${notFinite("z")};
        let between = exp(max(-abs(z - top), -100.0));
        total = select(total + between, total * between + 1.0, z > top);
        top = max(top, z);
      }
      result[2 * index] = top;
      result[2 * index + 1] = select(total, ${noNumber("lane + 1")}, bad);`,
  });
  const merged = runFlat(backend, {
    key: `marginlabClassMerge${before ? "Running" : ""}`,
    inputs: { partial, before },
    shape: [batch, 2],
    count: batch,
    code: `
      let start = 2 * index * ${LANES};
      let end = start + 2 * ${LANES};
      var top = ${before ? "before[2 * index]" : `${LOWEST}`};
      for (var k = start; k < end; k += 2) { top = max(top, partial[k]); }
      var total = ${before ? "before[2 * index + 1] * exp(max(before[2 * index] - top, -100.0))" : "0.0"};
      var bad = ${before ? notFinite("before[2 * index + 1]") : "false"};
      for (var k = start; k < end; k += 2) {
        total += partial[k + 1] * exp(max(partial[k] - top, -100.0));
        bad = bad || ${notFinite("partial[k + 1]")};
      }
      result[2 * index] = top;
      result[2 * index + 1] = select(total, ${noNumber("index + 1")}, bad);`,
  });
  freeInfos(backend, partial);
  return merged;
};

const classGradient: Kernel = ({ backend, inputs, attributes: { first, s } }) => {
  const { products, inverse, bias, labels, logSumExp, weight, target } = inputs;
  const [batch, n] = products!.shape as [number, number];
  return runFlat(backend, {
    key: `marginlabClassGradient${bias ? "Biased" : ""}`,
    inputs: { products, inverse, labels, logSumExp, weight, goal: target, bias },
    integers: { n, first: first as number },
    floats: { s: s as number },
    shape: products!.shape,
    count: batch * LANES,
    code: `
      ${rowOf(LANES)}
      let own = labels[row] - uniforms.first;
      let offset = logSumExp[row];
      let share = weight[row];
      let pull = goal[row];
      for (var j = lane; j < uniforms.n; j += ${LANES}) {
        let at = row * uniforms.n + j;
        ${LOGIT(bias)}
        let other = exp(clamp(z - offset, -100.0, 0.0)) * share;
        let value = select(other, pull, j == own) * (uniforms.s * inverse[j]);
        result[at] = select(value, ${noNumber("j + 1")}, ${notFinite("z")} || ${notFinite("offset")});
      }`,
  });
};

/** Product of each row of `a` with that row of `b`, in {@link ROW_LANES} parts. */
function rowDots(backend: unknown, a: TensorInfo, b: TensorInfo): TensorInfo {
  const [rows, d] = a.shape as [number, number];
  return runFlat(backend, {
    key: "marginlabRowDots",
    inputs: { a, b },
    integers: { d },
    shape: [rows, ROW_LANES],
    code: `
      ${rowOf(ROW_LANES)}
      let start = row * uniforms.d;
      var sum = 0.0;
      for (var k = start + lane; k < start + uniforms.d; k += ${ROW_LANES}) { sum += a[k] * b[k]; }
      result[index] = sum;`,
  });
}

const SUM = `
  var sum = 0.0;
  for (var k = index * ${ROW_LANES}; k < (index + 1) * ${ROW_LANES}; k++) { sum += parts[k]; }`;

function inverseRowNorms({ backend, inputs: { x } }: KernelCall): TensorInfo {
  const parts = rowDots(backend, x!, x!);
  const inverse = runFlat(backend, {
    key: "marginlabInverseRowNorms",
    inputs: { parts },
    floats: { smallest: SMALLEST_NORM },
    shape: [x!.shape[0]!],
    code: `${SUM} result[index] = 1.0 / max(sqrt(sum), uniforms.smallest);`,
  });
  freeInfos(backend, parts);
  return inverse;
}

function tangentRows({ backend, inputs: { gradient, x, inverse } }: KernelCall): TensorInfo {
  const parts = rowDots(backend, gradient!, x!);
  const radial = runFlat(backend, {
    key: "marginlabRadial",
    inputs: { parts, inverse },
    floats: { limit: 0.999 / SMALLEST_NORM },
    shape: inverse!.shape,
    code: `${SUM}
      let unit = select(0.0, inverse[index], inverse[index] < uniforms.limit);
      result[index] = sum * unit * unit;`,
  });
  const [rows, d] = x!.shape as [number, number];
  const tangent = runFlat(backend, {
    key: "marginlabTangentRows",
    inputs: { x, radial },
    integers: { d },
    shape: [rows, d],
    output: writable(backend, gradient!),
    count: rows * ROW_LANES,
    code: `
      ${rowOf(ROW_LANES)}
      let factor = radial[row];
      let end = (row + 1) * uniforms.d;
      for (var k = row * uniforms.d + lane; k < end; k += ${ROW_LANES}) { result[k] -= x[k] * factor; }`,
  });
  freeInfos(backend, parts, radial);
  return tangent;
}

/** The class-side kernels of the WebGPU backend. */
export const CLASSES_ON_DEVICE: KernelTable = {
  MarginlabInverseRowNorms: { how: "WGSL", run: inverseRowNorms },
  MarginlabClassStatistics: { how: "WGSL", run: classStatistics },
  MarginlabClassGradient: { how: "WGSL", run: classGradient },
  MarginlabTangentRows: { how: "WGSL", run: tangentRows },
  MarginlabGatherRows: { how: "WGSL", run: gatherRowsWebgpu },
  MarginlabScatterRows: { how: "WGSL", run: scatterRowsWebgpu },
};
