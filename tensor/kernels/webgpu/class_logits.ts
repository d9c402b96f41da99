/**
 * The class-side kernels in WGSL; see `../class_logits.ts`. No invocation adds to what another wrote, so the same inputs
 * give the same bits.
 *
 * @module
 */
import { LOWEST, SMALLEST_NORM } from "../class_logits.ts";
import type { Kernel, KernelCall, KernelTable, TensorInfo } from "../kernel.ts";
import { gatherRowsWebgpu, scatterRowsWebgpu } from "./class_rows.ts";
import { freeInfos, runFlat } from "./flat.ts";

/** Invocations that share a row of logits. */
const LANES = 128;

/** Invocations that share a row of weights: neighbours read neighbouring elements. */
const ROW_LANES = 16;

const LOGIT = (bias: TensorInfo | undefined) =>
  `let z = products[at] * (uniforms.s * inverse[j])${bias ? " + bias[j]" : ""};`;

const classStatistics: Kernel = ({ backend, inputs, attributes: { first, s } }) => {
  const { products, inverse, bias, labels, before } = inputs, [batch, n] = products!.shape as [number, number];
  const lanes = Math.min(LANES, n);
  // Each lane goes through every lanes-th column with one exponential a logit: e to minus what lies between.
  const partial = runFlat(backend, {
    key: `marginlabClassStatistics${bias ? "Biased" : ""}`,
    inputs: { products, inverse, labels, bias },
    integers: { n, lanes, first: first as number },
    floats: { s: s as number },
    shape: [batch, lanes, 2],
    count: batch * lanes,
    code: `
      let row = index / uniforms.lanes;
      let own = labels[row] - uniforms.first;
      var top = ${LOWEST};
      var total = 0.0;
      for (var j = index % uniforms.lanes; j < uniforms.n; j += uniforms.lanes) {
        if (j == own) { continue; }
        let at = row * uniforms.n + j;
        ${LOGIT(bias)}
        let between = exp(max(-abs(z - top), -100.0));
        total = select(total + between, total * between + 1.0, z > top);
        top = max(top, z);
      }
      result[2 * index] = top;
      result[2 * index + 1] = total;`,
  });
  const merged = runFlat(backend, {
    key: `marginlabClassMerge${before ? "Running" : ""}`,
    inputs: { partial, before },
    integers: { lanes },
    shape: [batch, 2],
    count: batch,
    code: `
      let start = 2 * index * uniforms.lanes;
      let end = start + 2 * uniforms.lanes;
      var top = ${before ? "before[2 * index]" : `${LOWEST}`};
      for (var k = start; k < end; k += 2) { top = max(top, partial[k]); }
      var total = ${before ? "before[2 * index + 1] * exp(max(before[2 * index] - top, -100.0))" : "0.0"};
      for (var k = start; k < end; k += 2) { total += partial[k + 1] * exp(max(partial[k] - top, -100.0)); }
      result[2 * index] = top;
      result[2 * index + 1] = total;`,
  });
  freeInfos(backend, partial);
  return merged;
};

const classGradient: Kernel = ({ backend, inputs, attributes: { first, s } }) => {
  const { products, inverse, bias, labels, logSumExp, weight, target } = inputs;
  const n = products!.shape[1]!;
  return runFlat(backend, {
    key: `marginlabClassGradient${bias ? "Biased" : ""}`,
    inputs: { products, inverse, labels, logSumExp, weight, goal: target, bias },
    integers: { n, first: first as number },
    floats: { s: s as number },
    shape: products!.shape,
    code: `
      let at = index;
      let row = index / uniforms.n;
      let j = index - row * uniforms.n;
      ${LOGIT(bias)}
      let share = exp(clamp(z - logSumExp[row], -100.0, 0.0)) * weight[row];
      let own = j == labels[row] - uniforms.first;
      result[index] = select(share, goal[row], own) * (uniforms.s * inverse[j]);`,
  });
};

/** Product of each row of `a` with that row of `b`, in as many parts as invocations share a row. */
function rowDots(backend: unknown, a: TensorInfo, b: TensorInfo): { parts: TensorInfo; lanes: number } {
  const [rows, d] = a.shape as [number, number], lanes = Math.min(ROW_LANES, d);
  const parts = runFlat(backend, {
    key: "marginlabRowDots",
    inputs: { a, b },
    integers: { d, lanes },
    shape: [rows, lanes],
    code: `
      let start = index / uniforms.lanes * uniforms.d;
      var sum = 0.0;
      for (var k = start + index % uniforms.lanes; k < start + uniforms.d; k += uniforms.lanes) { sum += a[k] * b[k]; }
      result[index] = sum;`,
  });
  return { parts, lanes };
}

const SUM = `
  var sum = 0.0;
  for (var k = index * uniforms.lanes; k < (index + 1) * uniforms.lanes; k++) { sum += parts[k]; }`;

function inverseRowNorms({ backend, inputs: { x } }: KernelCall): TensorInfo {
  const { parts, lanes } = rowDots(backend, x!, x!);
  const inverse = runFlat(backend, {
    key: "marginlabInverseRowNorms",
    inputs: { parts },
    integers: { lanes },
    floats: { smallest: SMALLEST_NORM },
    shape: [x!.shape[0]!],
    code: `${SUM} result[index] = 1.0 / max(sqrt(sum), uniforms.smallest);`,
  });
  freeInfos(backend, parts);
  return inverse;
}

function tangentRows({ backend, inputs: { gradient, x, inverse } }: KernelCall): TensorInfo {
  const { parts, lanes } = rowDots(backend, gradient!, x!);
  const radial = runFlat(backend, {
    key: "marginlabRadial",
    inputs: { parts, inverse },
    integers: { lanes },
    floats: { limit: 0.999 / SMALLEST_NORM },
    shape: inverse!.shape,
    code: `${SUM}
      let unit = select(0.0, inverse[index], inverse[index] < uniforms.limit);
      result[index] = sum * unit * unit;`,
  });
  const tangent = runFlat(backend, {
    key: "marginlabTangentRows",
    inputs: { gradient, x, radial },
    integers: { d: x!.shape[1]! },
    shape: x!.shape,
    code: "result[index] = gradient[index] - x[index] * radial[index / uniforms.d];",
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
