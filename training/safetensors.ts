/**
 * The safetensors format: an 8-byte little-endian header length, a JSON header, then the tensors' bytes.
 *
 * Source: https://github.com/huggingface/safetensors (format section of its README).
 *
 * @module
 */

/** A named float32 tensor on the host. */
export interface NamedTensor {
  /** Name, unique in the file. */
  readonly name: string;
  /** Shape; empty for a scalar. */
  readonly shape: readonly number[];
  /** Elements in row-major order. */
  readonly values: Float32Array;
}

/** Tensors with the header's free text. */
export interface SafeTensors {
  /** The tensors, in the order of the file. */
  readonly tensors: readonly NamedTensor[];
  /** Free text of the header. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Writes tensors in their order as little-endian float32; the header is padded with spaces to 8 bytes.
 *
 * @throws {TypeError} if two tensors have one name.
 */
export function encodeSafeTensors({ tensors, metadata }: SafeTensors): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    if (Object.hasOwn(header, name)) throw new TypeError(`Cannot write safetensors: two tensors are named "${name}"`);
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + offset).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  let at = 8 + length;
  for (const { values } of tensors) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/**
 * Reads float32 tensors, in the order of the header.
 *
 * @throws {SyntaxError} if the bytes are not a safetensors file of float32 tensors.
 */
export function decodeSafeTensors(bytes: Uint8Array): SafeTensors {
  const fail = (why: string) => new SyntaxError(`Cannot read safetensors: ${why}`);
  if (bytes.length < 8) throw fail(`${bytes.length} bytes are too few for a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > bytes.length - 8) throw fail(`its header claims ${length} bytes of ${bytes.length}`);
  let header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch {
    throw fail("its header is not JSON");
  }
  const { __metadata__: metadata = {}, ...entries } = header as typeof header & { __metadata__?: never };
  const data = bytes.subarray(8 + length);
  const tensors = Object.entries(entries).map(([name, { dtype, shape, data_offsets: [begin, end] = [0, -1] }]) => {
    if (dtype !== "F32") throw fail(`tensor "${name}" has type "${dtype}", only F32 is read`);
    const size = Array.isArray(shape) ? shape.reduce((a, b) => a * b, 1) : NaN;
    if (end - begin !== 4 * size || begin < 0 || end > data.length) {
      throw fail(`tensor "${name}" of shape [${shape}] does not fit bytes ${begin} to ${end} of ${data.length}`);
    }
    return { name, shape, values: new Float32Array(data.slice(begin, end).buffer) };
  });
  return { tensors, metadata };
}
