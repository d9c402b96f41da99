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

/** A tensor that was left unread. */
export interface SkippedTensor {
  /** Its name. */
  readonly name: string;
  /** Its type, such as `I64`. */
  readonly dtype: string;
}

/** Tensors with the header's free text. */
export interface SafeTensors {
  /** The tensors, in the order of the file. */
  readonly tensors: readonly NamedTensor[];
  /** Free text of the header. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a file holds. */
export interface DecodedSafeTensors extends SafeTensors {
  /** Tensors that hold no floating-point numbers, which are left unread. */
  readonly skipped: readonly SkippedTensor[];
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
 * Reads the tensors in the order of the header: F32 as they are, F64, F16 and BF16 as the nearest float32. Tensors of
 * other types, such as the counters of PyTorch's batch norms, are left unread and named.
 *
 * @throws {SyntaxError} if the bytes are not a safetensors file.
 */
export function decodeSafeTensors(bytes: Uint8Array): DecodedSafeTensors {
  const { header, data } = split(bytes), { __metadata__: metadata = {}, ...entries } = header;
  const tensors: NamedTensor[] = [], skipped: SkippedTensor[] = [];
  for (const [name, { dtype, shape, data_offsets: [begin, end] = [0, -1] }] of Object.entries(entries)) {
    const width = BYTES[dtype];
    if (width === undefined) {
      skipped.push({ name, dtype });
      continue;
    }
    const size = Array.isArray(shape) ? shape.reduce((a, b) => a * b, 1) : NaN;
    if (end - begin !== width * size || begin < 0 || end > data.length) {
      throw damaged(`tensor "${name}" of shape [${shape}] does not fit bytes ${begin} to ${end} of ${data.length}`);
    }
    tensors.push({ name, shape, values: toFloats(data.slice(begin, end), dtype) });
  }
  return { tensors, metadata: metadata as Record<string, string>, skipped };
}

/** Bytes of a number, for the types that are read. */
const BYTES: Readonly<Record<string, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2 };

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

function damaged(why: string): SyntaxError {
  return new SyntaxError(`Cannot read safetensors: ${why}`);
}

function split(bytes: Uint8Array): { header: Record<string, Entry>; data: Uint8Array } {
  if (bytes.length < 8) throw damaged(`${bytes.length} bytes are too few for a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > bytes.length - 8) throw damaged(`its header claims ${length} bytes of ${bytes.length}`);
  try {
    const header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length)));
    return { header, data: bytes.subarray(8 + length) };
  } catch {
    throw damaged("its header is not JSON");
  }
}

/** Numbers of a type as float32; `bytes` are the caller's own, from the start of their buffer. */
function toFloats({ buffer }: Uint8Array<ArrayBuffer>, dtype: string): Float32Array {
  if (dtype === "F32") return new Float32Array(buffer);
  if (dtype === "F64") return Float32Array.from(new Float64Array(buffer));
  const words = new Uint16Array(buffer);
  if (dtype === "F16") return Float32Array.from(words, halfToNumber);
  // A bfloat16 is the upper half of a float32.
  return new Float32Array(Uint32Array.from(words, (word) => word << 16).buffer);
}

/** The number that the 16 bits of an IEEE 754 half stand for. */
function halfToNumber(word: number): number {
  const sign = word & 0x8000 ? -1 : 1, exponent = (word >> 10) & 31, fraction = word & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
