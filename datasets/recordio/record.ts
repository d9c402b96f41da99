/**
 * One record of a RecordIO file: magic number, length and payload, in one part or in several.
 *
 * `u32 magic | u32 flag · 2²⁹ + length | payload | zeros to a multiple of 4`, little-endian. A payload that holds the
 * magic number at a multiple of 4 is cut there into parts, which leave it out; a reader puts it back between them.
 * Source: https://github.com/dmlc/dmlc-core/blob/main/include/dmlc/recordio.h
 *
 * @module
 */
import type { WindowedFile } from "./window.ts";

/** The number that every part begins with. */
export const MAGIC = 0xced7230a;

/** {@link MAGIC} as it stands in a file. */
export const MAGIC_BYTES: readonly [number, number, number, number] = [0x0a, 0x23, 0xd7, 0xce];

/** Lengths have 29 bits. */
export const MAX_PAYLOAD: number = 2 ** 29 - 1;

/** What the three upper bits of a length say. */
export const WHOLE = 0, FIRST = 1, MIDDLE = 2, LAST = 3;

/** Where a record lies. */
export interface RecordSpan {
  /** Where it begins. */
  readonly offset: number;
  /** Where the next one begins. */
  readonly end: number;
  /** Bytes of payload, magic numbers between parts included. */
  readonly length: number;
  /** Start and length of each part's payload, in turn. */
  readonly parts: readonly number[];
}

/** Bytes that are no record; readers add the record's name and the file's. */
export class RecordDamage extends SyntaxError {
  /** Tells the class by name. */
  override readonly name = "RecordDamage";
}

/**
 * Follows the parts of the record at an offset; looks at nothing but their headers.
 *
 * @param dead Where later parts are known to lead to no whole record; what is learned is added, so that nothing is
 *   followed twice.
 * @throws {RecordDamage} if there is no whole record.
 */
export async function findRecord(file: WindowedFile, offset: number, dead?: Set<number>): Promise<RecordSpan> {
  const parts: number[] = [];
  try {
    return await followParts(file, offset, { parts, dead });
  } catch (error) {
    for (let part = 2; part < parts.length; part += 2) dead?.add(parts[part]! - 8);
    throw error;
  }
}

async function followParts(
  file: WindowedFile,
  offset: number,
  { parts, dead }: { parts: number[]; dead: Set<number> | undefined },
): Promise<RecordSpan> {
  for (let at = offset, length = 0;;) {
    const first = parts.length === 0;
    if (!first && dead?.has(at)) {
      throw new RecordDamage(`Cannot read byte ${at}: the part there leads to no last part, as was found before`);
    }
    const part = await readPart(file, at);
    if (first ? part.flag > FIRST : part.flag < MIDDLE) {
      const wanted = first ? "a whole record (0) or a first part (1)" : "a middle (2) or last part (3)";
      throw new RecordDamage(`Cannot read byte ${at}: found a part of kind ${part.flag}, ${wanted} is wanted`);
    }
    parts.push(at + 8, part.length);
    length += part.length + (first ? 0 : 4);
    at += 8 + Math.ceil(part.length / 4) * 4;
    const more = part.flag === FIRST || part.flag === MIDDLE;
    if (more && part.length % 4 !== 0) {
      throw new RecordDamage(
        `Cannot read byte ${at}: a part of ${part.length} bytes goes on, which only multiples of 4 do`,
      );
    }
    if (!more) return { offset, end: Math.min(at, file.size), length, parts };
  }
}

async function readPart(file: WindowedFile, at: number): Promise<{ flag: number; length: number }> {
  if (at + 8 > file.size) {
    throw new RecordDamage(
      `Cannot read byte ${at}: the file ends at byte ${file.size}, the 8 bytes that open a part are wanted`,
    );
  }
  const bytes = await file.view(at, 8), view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const magic = view.getUint32(0, true), word = view.getUint32(4, true);
  if (magic !== MAGIC) {
    throw new RecordDamage(
      `Cannot read byte ${at}: found 0x${magic.toString(16).padStart(8, "0")}, ` +
        `the magic number 0x${MAGIC.toString(16)} is wanted`,
    );
  }
  const flag = word >>> 29, length = word % 2 ** 29;
  if (at + 8 + length > file.size) {
    throw new RecordDamage(
      `Cannot read byte ${at}: a part claims ${length} bytes, the file has ${file.size - at - 8} more`,
    );
  }
  return { flag, length };
}

/** The first bytes of a record's payload, at most `most`; a copy. */
export async function readHead(file: WindowedFile, span: RecordSpan, most: number): Promise<Uint8Array> {
  const length = Math.min(most, span.length);
  if (length <= span.parts[1]!) return (await file.view(span.parts[0]!, length)).slice();
  const head = new Uint8Array(length);
  for (let part = 0, at = 0; at < length; part += 2) {
    if (part > 0) {
      head.set(MAGIC_BYTES.slice(0, length - at), at);
      at += 4;
    }
    const taken = Math.min(span.parts[part + 1]!, length - at);
    if (taken <= 0) continue;
    head.set(await file.view(span.parts[part]!, taken), at);
    at += taken;
  }
  return head;
}

/** A record's payload; a view of the window where it lies in one part. */
export async function readPayload(file: WindowedFile, span: RecordSpan): Promise<Uint8Array> {
  return span.parts.length === 2
    ? await file.view(span.parts[0]!, span.parts[1]!)
    : await readHead(file, span, span.length);
}
