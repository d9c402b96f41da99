/**
 * Float32 work of layers whose neighbours may store activations as float16.
 *
 * @module
 */
import { fromHalf, isHalf, toHalf } from "../tensor/kernels/half.ts";
import type { Tensor } from "../tensor/tf.ts";

/** The float32 values of a tensor: itself, or a half tensor unpacked; call it inside `tf.tidy`. */
export function widened(x: Tensor): Tensor {
  return isHalf(x) ? fromHalf(x) : x;
}

/** Float32 values as they are to be stored: themselves, or packed as a half tensor; call it inside `tf.tidy`. */
export function storedAs(x: Tensor, half: boolean): Tensor {
  return half ? toHalf(x) : x;
}
