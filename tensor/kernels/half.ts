import { type Tensor, tf } from "../tf.ts";
export const isHalf = (x: Tensor): boolean => x.dtype === "int32";
export const fromHalf = (x: Tensor): Tensor => tf.clone(x);
export const toHalf = (x: Tensor): Tensor => tf.clone(x);
export const allFinite = (_: readonly Tensor[]): Tensor => tf.scalar(1);
