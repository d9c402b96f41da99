/**
 * The `.npy` format: headers of any array that is written, and lists of float32.
 *
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @module
 */
import { decodeNpy, parseNpyHeader } from "../../datasets/npy.ts";

/** What stands before the values of a `.npy` file in row-major order, version 1.0, to a multiple of 64 bytes. */
export function npyHeader(type: string, shape: readonly number[]): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new TextEncoder().encode(`\0\0\0\0\0\0\0\0\0\0${text.padEnd(length - 11)}\n`);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  return bytes;
}

/**
 * The bytes of a `.npy` file of shape `[values.length]`, little-endian float32.
 *
 * @example
 * ```ts
 * import { decodeFloats, encodeFloats } from "./npy.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeFloats(encodeFloats(Float32Array.of(1, 2.5)), "scores"), Float32Array.of(1, 2.5));
 * ```
 */
export function encodeFloats(values: Float32Array): Uint8Array<ArrayBuffer> {
  const header = npyHeader("<f4", [values.length]), bytes = new Uint8Array(header.length + 4 * values.length);
  const view = new DataView(bytes.buffer);
  bytes.set(header);
  values.forEach((value, i) => view.setFloat32(header.length + 4 * i, value, true));
  return bytes;
}

/**
 * The values of a one-dimensional little-endian float32 `.npy` file, as {@link encodeFloats} writes it.
 *
 * @param source Name of the file, for messages.
 * @throws {SyntaxError} if the bytes are anything else.
 */
export function decodeFloats(bytes: Uint8Array, source: string): Float32Array {
  const { descr } = parseNpyHeader(bytes, source), { shape, data } = decodeNpy(bytes, source);
  if (descr === "<f4" && shape.length === 1) return data as Float32Array;
  throw new SyntaxError(`Cannot read ${source}: ${descr} of shape (${shape}), a list of float32 (<f4) is wanted`);
}
