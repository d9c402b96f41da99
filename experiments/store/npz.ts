/**
 * Writes embeddings as a `.npz` file that `numpy.load` reads: members that are not packed, a chunk at a time, with the
 * 64-bit fields of zip where the file is larger than 4 GiB.
 *
 * Sources: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html,
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 *
 * @module
 */
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { syncFolder } from "./atomic.ts";
import { npyHeader } from "./npy.ts";

/** One array of a `.npz` file. */
export interface NpzArray {
  /** Name by which numpy finds it. */
  readonly name: string;
  /** Type as numpy writes it: `<f4`, `<i4`, `<U12`. */
  readonly type: string;
  /** Lengths of its dimensions. */
  readonly shape: readonly number[];
  /** Its bytes in row-major order, little-endian. */
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** A member that is written. */
interface Member {
  readonly path: Uint8Array;
  readonly offset: number;
  readonly size: number;
  readonly crc: number;
}

const WIDE = 0xffffffff, VERSION = 45;
/** 1 January 1980, the first day that zip knows: the same embeddings give the same file. */
const DATE = 0x21;

/**
 * Writes a `.npz` file by way of a temporary one beside it.
 *
 * @throws {RangeError} if an array's chunks are not of the size that its type and shape say.
 */
export async function writeNpz(path: string, arrays: readonly NpzArray[]): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    using file = await Deno.open(temporary, { createNew: true, write: true });
    const out = writer(file), members: Member[] = [];
    for (const array of arrays) members.push(await writeMember(out, array));
    await writeDirectory(out, members);
    await file.sync();
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
  await Deno.rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Bytes one after the other, and at an earlier place. */
function writer(file: Deno.FsFile) {
  let at = 0;
  const write = async (bytes: Uint8Array) => {
    for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
  };
  return {
    place: () => at,
    async append(bytes: Uint8Array) {
      await write(bytes);
      at += bytes.length;
    },
    async patch(offset: number, bytes: Uint8Array) {
      await file.seek(offset, Deno.SeekMode.Start);
      await write(bytes);
      await file.seek(at, Deno.SeekMode.Start);
    },
  };
}

type Writer = ReturnType<typeof writer>;

async function writeMember(out: Writer, { name, type, shape, chunks }: NpzArray): Promise<Member> {
  const path = new TextEncoder().encode(`${name}.npy`), offset = out.place(), head = npyHeader(type, shape);
  const width = /^<U(\d+)$/.test(type) ? 4 * Number(type.slice(2)) : Number(type.slice(2));
  const size = head.length + width * shape.reduce((a, b) => a * b, 1);
  const local = (crc: number) =>
    fields([[4, 0x04034b50], [2, VERSION], [2, 0x800], [2, 0], [2, 0], [2, DATE], [4, crc], [4, WIDE], [4, WIDE], [
      2,
      path.length,
    ], [2, 20]]);
  await out.append(local(0));
  await out.append(path);
  await out.append(fields([[2, 1], [2, 16], [8, size], [8, size]]));
  await out.append(head);
  let crc = crc32(head), written = head.length;
  for await (const chunk of chunks) {
    await out.append(chunk);
    crc = crc32(chunk, crc);
    written += chunk.length;
  }
  if (written !== size) {
    throw new RangeError(
      `Cannot write "${name}": its chunks have ${written - head.length} bytes, wanted ${size - head.length}`,
    );
  }
  await out.patch(offset, local(crc));
  return { path, offset, size, crc };
}

async function writeDirectory(out: Writer, members: readonly Member[]): Promise<void> {
  const start = out.place();
  for (const { path, offset, size, crc } of members) {
    const wide = [...size >= WIDE ? [size, size] : [], ...offset >= WIDE ? [offset] : []];
    const extra = wide.length > 0
      ? fields([[2, 1], [2, 8 * wide.length], ...wide.map((n): Field => [8, n])])
      : fields([]);
    const [narrow, place] = [Math.min(size, WIDE), Math.min(offset, WIDE)];
    await out.append(fields([
      [4, 0x02014b50],
      ...[[2, VERSION], [2, VERSION], [2, 0x800], [2, 0], [2, 0], [2, DATE]] as Field[],
      ...[[4, crc], [4, narrow], [4, narrow], [2, path.length], [2, extra.length]] as Field[],
      ...[[2, 0], [2, 0], [2, 0], [4, 0], [4, place]] as Field[],
    ]));
    await out.append(path);
    await out.append(extra);
  }
  const end = out.place(), size = end - start, count = members.length;
  if (start >= WIDE) {
    await out.append(fields([
      ...[[4, 0x06064b50], [8, 44], [2, VERSION], [2, VERSION], [4, 0], [4, 0]] as Field[],
      ...[[8, count], [8, count], [8, size], [8, start]] as Field[],
      ...[[4, 0x07064b50], [4, 0], [8, end], [4, 1]] as Field[],
    ]));
  }
  const at = Math.min(start, WIDE);
  await out.append(fields([[4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, at], [2, 0]]));
}

/** A whole number of so many bytes. */
type Field = readonly [bytes: 2 | 4 | 8, value: number];

/** Little-endian fields, one after the other. */
function fields(all: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(all.reduce((sum, [width]) => sum + width, 0)), view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of all) {
    if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return bytes;
}
