/**
 * Sums over all axes but the last, accurate where they nearly cancel: gradients behind a batch norm sum to almost
 * nothing over a hundred thousand rows, and an error in that sum is passed on to every row.
 *
 * @module
 */
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "../../tf.ts";
import type { WebgpuBackend } from "../backends.ts";
import type { TensorInfo } from "../kernel.ts";

// One invocation a channel and chunk of rows. Neumaier's compensated sum: `lost` holds what rounding took from `sum`.
const CODE = `
  fn main(index : i32) {
    if (index < uniforms.size) {
      let coords = getCoordsFromIndex(index);
      let first = coords[0] * uniforms.chunk;
      let end = min(first + uniforms.chunk, uniforms.rows);
      var sum = 0.0;
      var lost = 0.0;
      for (var row = first; row < end; row++) {
        let value = getX(row, coords[1]);
        let next = sum + value;
        lost += select((value - next) + sum, (sum - next) + value, abs(sum) >= abs(value));
        sum = next;
      }
      setOutputAtIndex(index, sum + lost);
    }
  }
`;

/**
 * Sum over all axes but the last.
 *
 * @param x Values, channels last, any rank from 2.
 * @returns Shape `[channels]`; the caller disposes it. Not differentiable: it is part of kernels.
 */
export function columnSum(x: Tensor): Tensor1D {
  if (tf.getBackend() !== "webgpu") return tf.sum(x, x.shape.slice(0, -1).map((_, i) => i)) as Tensor1D;
  return tf.tidy(() => {
    const channels = x.shape.at(-1)!, rows = x.size / channels;
    const chunks = sumChunks(tf.reshape(x, [rows, channels]), Math.ceil(Math.sqrt(rows)));
    return tf.reshape(sumChunks(chunks, chunks.shape[0]), [channels]) as Tensor1D;
  });
}

/** Sums each run of `chunk` rows: `[rows, channels]` → `[⌈rows / chunk⌉, channels]`. */
function sumChunks(x: Tensor2D, chunk: number): Tensor2D {
  const [rows, channels] = x.shape, outputShape = [Math.ceil(rows / chunk), channels];
  const program = {
    variableNames: ["x"],
    uniforms: "chunk : i32, rows : i32",
    workgroupSize: [64, 1, 1],
    size: true,
    outputShape,
    dispatchLayout: { x: [0, 1] },
    dispatch: [Math.ceil(outputShape[0]! * channels / 64), 1, 1],
    shaderKey: "marginlabColumnSum",
    getUserCode: () => CODE,
  };
  const integer = (value: number) => ({ type: "int32", data: [value] });
  const info: TensorInfo = (tf.backend() as unknown as WebgpuBackend)
    .runWebGPUProgram(program, [x], "float32", [integer(chunk), integer(rows)]);
  return tf.engine().makeTensorFromTensorInfo(info) as Tensor2D;
}
