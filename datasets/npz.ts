/**
 * Archives of NumPy arrays (`.npz`): zip files of which the directory and parts of members are read, never the whole.
 *
 * Specification: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 *
 * @module
 */
import { inflateExactly } from "./decoding/inflate.ts";
import type { ByteRange, Files } from "./files.ts";

/** One member of an archive. */
export interface NpzMember {
  /** Size of the `.npy` file in bytes. */
  readonly size: number;
  /** Reads a part of it; a deflated member is inflated on the first call, and held. */
  read(range: ByteRange): Promise<Uint8Array>;
}

const END = 0x06054b50, LOCATOR_64 = 0x07064b50, END_64 = 0x06064b50, CENTRAL = 0x02014b50, LOCAL = 0x04034b50;
/** The end record, the longest comment and the locator of the 64-bit end record. */
const TAIL_BYTES = 22 + 65535 + 20;

/**
 * Lists the arrays of an archive by name, without `.npy`.
 *
 * @throws {SyntaxError} if the archive is damaged, or a member is encrypted or packed in another way than deflated.
 */
export async function openNpz(path: string, files: Files): Promise<ReadonlyMap<string, NpzMember>> {
  const size = await files.size(path);
  const wrong = (found: string) => new SyntaxError(`Cannot read "${path}": ${found}, a whole .npz archive is wanted`);
  const part = async (start: number, length: number) => {
    if (start + length > size) throw wrong(`it ends at byte ${size}, within what should lie at byte ${start}`);
    return viewOf(await files.read(path, { start, length }));
  };
  const { start, length, count } = await findDirectory(part, size, wrong);
  const view = await part(start, length), members = new Map<string, NpzMember>();
  for (let at = 0, i = 0; i < count; i++) {
    if (at + 46 > length || view.getUint32(at, true) !== CENTRAL) {
      throw wrong(`its directory is damaged at byte ${start + at}`);
    }
    const nameLength = view.getUint16(at + 28, true), extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > length) throw wrong(`its directory is damaged at byte ${start + at}`);
    const name = new TextDecoder().decode(bytesOf(view, at + 46, nameLength));
    const sizes = wideFields(view, at, at + 46 + nameLength, extraLength);
    if (!sizes) throw wrong(`its directory is damaged at byte ${start + at}`);
    const flags = view.getUint16(at + 8, true), method = view.getUint16(at + 10, true);
    if ((flags & 1) !== 0 || (method !== 0 && method !== 8)) {
      throw wrong(`member "${name}" at byte ${start + at} is encrypted or packed by method ${method}`);
    }
    if (name.endsWith(".npy")) members.set(name.slice(0, -4), memberOf({ ...sizes, method }, part, wrong));
    at = next;
  }
  return members;
}

type Part = (start: number, length: number) => Promise<DataView>;
type Wrong = (found: string) => SyntaxError;

/** Where the central directory lies. */
async function findDirectory(
  part: Part,
  size: number,
  wrong: Wrong,
): Promise<{ start: number; length: number; count: number }> {
  const from = Math.max(0, size - TAIL_BYTES), tail = await part(from, size - from);
  for (let at = tail.byteLength - 22; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END || at + 22 + tail.getUint16(at + 20, true) !== tail.byteLength) continue;
    if (at >= 20 && tail.getUint32(at - 20, true) === LOCATOR_64) {
      const record = await part(uint64(tail, at - 12), 56);
      if (record.getUint32(0, true) !== END_64) throw wrong("its 64-bit end record is damaged");
      return { count: uint64(record, 32), length: uint64(record, 40), start: uint64(record, 48) };
    }
    return {
      count: tail.getUint16(at + 10, true),
      length: tail.getUint32(at + 12, true),
      start: tail.getUint32(at + 16, true),
    };
  }
  throw wrong("it has no end record");
}

/** Sizes and offset of a member; those that do not fit into 32 bits stand in the extra field, in this order. */
function wideFields(
  view: DataView,
  at: number,
  extra: number,
  extraLength: number,
): { packed: number; size: number; offset: number } | undefined {
  const plain = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
  const end = extra + extraLength;
  for (let field = extra; field + 4 <= end;) {
    const id = view.getUint16(field, true), length = view.getUint16(field + 2, true);
    if (field + 4 + length > end) return undefined;
    if (id === 1) {
      let from = field + 4;
      for (const [i, value] of plain.entries()) {
        if (value !== 0xffffffff) continue;
        if (from + 8 > field + 4 + length) return undefined;
        plain[i] = uint64(view, from), from += 8;
      }
    }
    field += 4 + length;
  }
  return { size: plain[0]!, packed: plain[1]!, offset: plain[2]! };
}

function memberOf(
  { size, packed, offset, method }: { size: number; packed: number; offset: number; method: number },
  part: Part,
  wrong: Wrong,
): NpzMember {
  let content: Promise<number> | undefined, whole: Promise<Uint8Array> | undefined;

  /** Offset of the member's content. */
  async function findContent(): Promise<number> {
    const header = await part(offset, 30);
    if (header.getUint32(0, true) !== LOCAL) throw wrong(`there is no member at byte ${offset}`);
    return offset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  }

  async function inflate(start: number): Promise<Uint8Array> {
    const view = await part(start, packed);
    return inflateExactly(bytesOf(view, 0, packed), size, "raw");
  }

  return {
    size,
    async read(range) {
      if (range.start + range.length > size) throw wrong(`a member of ${size} bytes at byte ${offset} is too short`);
      const start = await (content ??= findContent());
      if (method === 0) return bytesOf(await part(start + range.start, range.length), 0, range.length);
      return (await (whole ??= inflate(start))).subarray(range.start, range.start + range.length);
    },
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function bytesOf(view: DataView, start: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, length);
}

function uint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}
