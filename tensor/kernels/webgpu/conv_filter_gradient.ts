/**
 * Filter gradient of a 2-D convolution for tfjs's WebGPU backend, with compensated sums: its own adds a hundred thousand
 * products one by one, and on drawings, whose flat ground cancels behind a batch norm, its error reaches the gradient's
 * own size.
 *
 * @module
 */
import { type Tensor, tf } from "../../tf.ts";
import type { WebgpuBackend } from "../backends.ts";
import type { ConvGeometry } from "../geometry.ts";
import type { TensorInfo } from "../kernel.ts";
import { columnSum } from "./column_sum.ts";

/** Invocations that keep a device busy. */
const INVOCATIONS = 65_536;

// One invocation an element of the filter and chunk of output pixels; Neumaier's compensated sum.
const CODE = `
  fn main(index : i32) {
    if (index < uniforms.size) {
      let coords = getCoordsFromIndex(index);
      let out = coords[1] % uniforms.channels.y;
      let rest = coords[1] / uniforms.channels.y;
      let channel = rest % uniforms.channels.x;
      let tap = vec2<i32>(rest / uniforms.channels.x / uniforms.window.y, (rest / uniforms.channels.x) % uniforms.window.y);
      let first = coords[0] * uniforms.chunk;
      let end = min(first + uniforms.chunk, uniforms.rows);
      var sum = 0.0;
      var lost = 0.0;
      for (var row = first; row < end; row++) {
        let ox = row % uniforms.outputSize.y;
        let oy = (row / uniforms.outputSize.y) % uniforms.outputSize.x;
        let image = row / (uniforms.outputSize.x * uniforms.outputSize.y);
        let at = vec2<i32>(oy, ox) * uniforms.strides - uniforms.pads + tap;
        if (any(at < vec2<i32>(0)) || any(at >= uniforms.inputSize)) { continue; }
        let value = getX(image, at.x, at.y, channel) * getDy(image, oy, ox, out);
        let next = sum + value;
        lost += select((value - next) + sum, (sum - next) + value, abs(sum) >= abs(value));
        sum = next;
      }
      setOutputAtIndex(index, sum + lost);
    }
  }
`;

/**
 * Gradient with respect to the filter.
 *
 * @param x Input, shape `[batch, h, w, in]`.
 * @param dy Output gradient, shape `[batch, oh, ow, out]`.
 * @returns Shape `[kh, kw, in, out]`; the caller disposes it.
 */
export function convFilterGradientWebgpu(x: TensorInfo, dy: TensorInfo, g: ConvGeometry): Tensor {
  const [batch, oh, ow, out] = dy.shape as [number, number, number, number], channels = x.shape[3]!;
  const shape = [g.filter[0], g.filter[1], channels, out], elements = shape.reduce((a, b) => a * b, 1);
  const rows = batch * oh * ow,
    chunk = Math.ceil(rows / Math.max(1, Math.min(rows, Math.ceil(INVOCATIONS / elements))));
  const outputShape = [Math.ceil(rows / chunk), elements];
  const program = {
    variableNames: ["x", "dy"],
    uniforms: "strides : vec2<i32>, pads : vec2<i32>, window : vec2<i32>, inputSize : vec2<i32>, " +
      "outputSize : vec2<i32>, channels : vec2<i32>, chunk : i32, rows : i32",
    workgroupSize: [64, 1, 1],
    size: true,
    outputShape,
    dispatchLayout: { x: [0, 1] },
    dispatch: [Math.ceil(outputShape[0]! * elements / 64), 1, 1],
    shaderKey: "marginlabConvFilterGrad",
    getUserCode: () => CODE,
  };
  const integers = (...data: number[]) => ({ type: "int32", data });
  return tf.tidy(() => {
    const info = (tf.backend() as unknown as WebgpuBackend).runWebGPUProgram(program, [x, dy], "float32", [
      integers(...g.strides),
      integers(g.top, g.left),
      integers(...g.filter),
      integers(...g.input),
      integers(oh, ow),
      integers(channels, out),
      integers(chunk),
      integers(rows),
    ]);
    return tf.reshape(columnSum(tf.engine().makeTensorFromTensorInfo(info)), shape);
  });
}
