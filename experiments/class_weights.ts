/**
 * The main head's class weights, for protocols that measure them: of a model at work, or of a file of weights.
 *
 * @module
 */
import type { ClassWeights } from "../evaluation/mod.ts";
import { checkDevice } from "../tensor/device.ts";
import { HEAD_PREFIX, type NamedTensor, readParameters } from "../training/mod.ts";
import type { Model } from "./model.ts";

/** Those of a model, read from the device. */
export async function modelClassWeights(
  { heads: [{ head }], classes }: Pick<Model, "heads" | "classes">,
): Promise<ClassWeights> {
  const parts = await readParameters({ head: head.parameters.filter(({ role }) => role === "class") });
  checkDevice();
  return joinParts(parts, classes);
}

/**
 * Those of a file of weights, or `undefined` where its head has none.
 *
 * @param classes Number of classes that the head was trained on.
 */
export function storedClassWeights(tensors: readonly NamedTensor[], classes: number): ClassWeights | undefined {
  const name = new RegExp(`^${HEAD_PREFIX}weight(\\.\\d+)?$`);
  const parts = tensors.filter((tensor) => name.test(tensor.name));
  return parts.length > 0 ? joinParts(parts, classes) : undefined;
}

function joinParts(parts: readonly NamedTensor[], classes: number): ClassWeights {
  const dimension = parts[0]?.shape.at(-1) ?? 0, size = parts.reduce((sum, { values }) => sum + values.length, 0);
  const values = new Float32Array(size);
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return { classes, perClass: size === 0 ? 0 : size / dimension / classes, dimension, values };
}
