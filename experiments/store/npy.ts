/**
 * The `.npy` format, version 1.0, for one-dimensional float32 arrays.
 *
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @module
 */
import { decodeNpy as decodeAny, parseNpyHeader } from "../../datasets/npy.ts";

const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0);
const ALIGNMENT = 64;

/**
 * The bytes of a `.npy` file of shape `[values.length]`, little-endian float32.
 *
 * @example
 * ```ts
 * import { decodeNpy, encodeNpy } from "./npy.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeNpy(encodeNpy(Float32Array.of(1, 2.5)), "scores"), Float32Array.of(1, 2.5));
 * ```
 */
export function encodeNpy(values: Float32Array): Uint8Array<ArrayBuffer> {
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${values.length},), }`;
  const unpadded = MAGIC.length + 2 + description.length + 1;
  const start = Math.ceil(unpadded / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + 4 * values.length);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint16(MAGIC.length, start - MAGIC.length - 2, true);
  bytes.fill(0x20, MAGIC.length + 2, start);
  bytes.set(new TextEncoder().encode(description), MAGIC.length + 2);
  bytes[start - 1] = 0x0a;
  values.forEach((value, i) => view.setFloat32(start + 4 * i, value, true));
  return bytes;
}

/**
 * The values of a one-dimensional little-endian float32 `.npy` file, as {@link encodeNpy} writes it.
 *
 * @param source Name of the file, for messages.
 * @throws {SyntaxError} if the bytes are anything else.
 */
export function decodeNpy(bytes: Uint8Array, source: string): Float32Array {
  const { descr } = parseNpyHeader(bytes, source), { shape, data } = decodeAny(bytes, source);
  if (descr === "<f4" && shape.length === 1) return data as Float32Array;
  throw new SyntaxError(`Cannot read ${source}: ${descr} of shape (${shape}), a list of float32 (<f4) is wanted`);
}
