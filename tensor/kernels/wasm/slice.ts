/**
 * Slices on the WASM heap: tfjs's own reads the whole tensor out of the heap for each of them, however small.
 *
 * @module
 */
import "@tensorflow/tfjs-backend-wasm"; // So that its own kernel is there to be kept.
import { tf } from "../../tf.ts";
import { type KernelCall, stockCall, type TensorInfo } from "../kernel.ts";
import { heapOf } from "./heap.ts";

const STOCK = tf.getKernel("Slice", "wasm")!;

/** `Slice`: input x; attributes begin, size. What lies in one piece is copied at once. */
export function sliceOnHeap(call: KernelCall): TensorInfo | TensorInfo[] {
  const { backend, inputs, attributes } = call, x = inputs.x!;
  const { begin, size } = attributes as { begin: number | number[]; size: number | number[] };
  const [from, shape] = tf.slice_util.parseSliceParams(x as unknown as tf.Tensor, begin, size) as [number[], number[]];
  if (x.dtype !== "float32" || !tf.slice_util.isSliceContinous(x.shape as number[], from, shape)) {
    return STOCK.kernelFunc(stockCall(call));
  }
  tf.slice_util.assertParamsValid(x as unknown as tf.TensorInfo, from, shape);
  const heap = heapOf(backend), y = heap.output(shape), count = shape.reduce((a, b) => a * b, 1);
  const first = tf.slice_util.computeFlatOffset(from, tf.util.computeStrides(x.shape as number[]));
  heap.floats(heap.address(y), count).set(heap.floats(heap.address(x) + 4 * first, count));
  return y;
}
