/**
 * Gradient of 2-D max pooling for tfjs's WebGPU backend, whose own sends it to the last maximum of a window. As on the
 * other backends and in PyTorch it goes to the first in row-major order: flat areas of drawings tie everywhere.
 *
 * @module
 */
import type { WebgpuBackend } from "./backend.ts";
import { poolGeometry } from "../geometry.ts";
import type { TensorInfo } from "../kernel.ts";

// One invocation an input element: it looks for itself as the first maximum of every window that covers it.
const CODE = `
  fn isFirstMaximum(batch : i32, corner : vec2<i32>, here : vec2<i32>, channel : i32) -> bool {
    let low = max(corner, vec2<i32>(0));
    let high = min(corner + uniforms.window, uniforms.inputSize);
    let value = getX(batch, here.x, here.y, channel);
    for (var y = low.x; y < high.x; y++) {
      for (var x = low.y; x < high.y; x++) {
        let other = getX(batch, y, x, channel);
        let before = y < here.x || (y == here.x && x < here.y);
        if (other > value || (before && other == value)) { return false; }
      }
    }
    return true;
  }

  fn main(index : i32) {
    if (index < uniforms.size) {
      let coords = getCoordsFromIndex(index);
      let here = vec2<i32>(coords.yz);
      let padded = here + uniforms.pads;
      let first = max((padded - uniforms.window + uniforms.strides) / uniforms.strides, vec2<i32>(0));
      let last = min(padded / uniforms.strides, uniforms.outputSize - vec2<i32>(1));
      var sum = 0.0;
      for (var oy = select(first.x, 0, padded.x < uniforms.window.x); oy <= last.x; oy++) {
        for (var ox = select(first.y, 0, padded.y < uniforms.window.y); ox <= last.y; ox++) {
          let corner = vec2<i32>(oy, ox) * uniforms.strides - uniforms.pads;
          if (isFirstMaximum(coords[0], corner, here, coords[3])) { sum += getDy(coords[0], oy, ox, coords[3]); }
        }
      }
      setOutputAtIndex(index, sum);
    }
  }
`;

/**
 * Runs the gradient on the device.
 *
 * @param backend The WebGPU backend.
 * @param dy Output gradient, shape `[batch, oh, ow, channels]`.
 * @param x Input of the pooling, shape `[batch, h, w, channels]`.
 * @param attributes Attributes of the kernel `MaxPoolGrad`.
 */
export function maxPoolGradientWebgpu(
  backend: unknown,
  dy: TensorInfo,
  x: TensorInfo,
  attributes: Readonly<Record<string, unknown>>,
): TensorInfo {
  const info = poolGeometry(x.shape, attributes);
  const elements = x.shape.reduce((a, b) => a * b, 1);
  const program = {
    variableNames: ["dy", "x"],
    uniforms:
      "strides : vec2<i32>, pads : vec2<i32>, window : vec2<i32>, inputSize : vec2<i32>, outputSize : vec2<i32>",
    workgroupSize: [64, 1, 1],
    size: true,
    outputShape: x.shape,
    dispatchLayout: { x: x.shape.map((_, i) => i) },
    dispatch: [Math.ceil(elements / 64), 1, 1],
    shaderKey: "marginlabMaxPoolGrad",
    getUserCode: () => CODE,
  };
  const pair = (first: number, second: number) => ({ type: "int32", data: [first, second] });
  return (backend as WebgpuBackend).runWebGPUProgram(program, [dy, x], "float32", [
    pair(info.strideHeight, info.strideWidth),
    pair(info.padInfo.top, info.padInfo.left),
    pair(info.effectiveFilterHeight, info.effectiveFilterWidth),
    pair(info.inHeight, info.inWidth),
    pair(info.outHeight, info.outWidth),
  ]);
}
