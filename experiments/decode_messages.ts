/**
 * What the thread that trains and the threads that decode tell one another.
 *
 * @module
 */
import type { ImageFile, Preparation, PreparedImage } from "../datasets/preparation.ts";

/** Images to prepare, the bytes of all files in one buffer, which is handed over. */
export interface DecodeRequest {
  /** Each file, and what becomes of it. */
  readonly images: readonly { readonly file: ImageFile; readonly preparation: Preparation }[];
}

/** The answer to one request, in its order; the bytes of all images in one buffer, which is handed over. */
export interface DecodeAnswer {
  /** Each image, or why there is none. */
  readonly images: readonly (PreparedImage | DecodeFailure)[];
}

/** An error, as plain values. */
export interface DecodeFailure {
  /** Name of its class. */
  readonly name: string;
  /** Its message. */
  readonly error: string;
}

/** Copies arrays into one buffer of their own; gives views of it, in order. */
export function packBytes(arrays: readonly Uint8Array[]): { views: Uint8Array[]; buffer: ArrayBuffer } {
  const packed = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  const views = arrays.map((bytes) => {
    packed.set(bytes, at);
    return packed.subarray(at, at += bytes.length);
  });
  return { views, buffer: packed.buffer };
}

const CLASSES: Readonly<Record<string, new (message: string) => Error>> = { SyntaxError, RangeError, TypeError };

/** An error as plain values. */
export function describeFailure(error: unknown): DecodeFailure {
  return error instanceof Error ? { name: error.name, error: error.message } : { name: "Error", error: String(error) };
}

/** The error that a failure tells of, of the same class and message. */
export function restoreError({ name, error }: DecodeFailure): Error {
  return new (CLASSES[name] ?? Error)(error);
}
