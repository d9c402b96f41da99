/**
 * The values of a column in a row group, page by page.
 *
 * Nothing that a page claims is believed before it is held against what the footer says and against the bytes that are
 * there, so that damage costs neither time nor memory.
 *
 * @module
 */
import { type Cursor, damage, type Source, take } from "./cursor.ts";
import type { Chunk, Leaf } from "./footer.ts";
import { type Page, readPage, unpack } from "./page.ts";
import { readRuns } from "./runs.ts";
import { readPlain, readValues, type Value } from "./values.ts";

const RLE = 3;
/** Strings that share bytes may come to this many in any chunk. */
const MIN_ROOM = 2 ** 16;

/**
 * Reads the values of a chunk, `null` where there is none.
 *
 * @param source The bytes of the chunk.
 * @throws {SyntaxError} if it is damaged, or of a kind that is not read.
 */
export function readColumn(source: Source, { leaf, chunk }: { leaf: Leaf; chunk: Chunk }): (Value | null)[] {
  const cursor: Cursor = { source, at: 0, end: source.bytes.length }, { codec } = chunk, out: (Value | null)[] = [];
  const room = { left: Math.max(MIN_ROOM, 4 * source.bytes.length) };
  let dictionary: Value[] | undefined, unpacked = chunk.unpacked;
  while (out.length < chunk.values) {
    const { at } = cursor, page = readPage(cursor);
    if (page.kind === "other") continue;
    unpacked -= page.unpacked;
    if (unpacked < 0) {
      throw damage(source, at, `a page of ${page.unpacked} bytes where ${unpacked + page.unpacked} are left`);
    }
    if (page.kind === "dictionary") {
      if (dictionary || out.length > 0) throw damage(source, at, "a dictionary that is not at the beginning");
      dictionary = readPlain(unpack(page.content, { codec, size: page.unpacked }), { count: page.values, leaf });
      continue;
    }
    const left = chunk.values - out.length;
    if (page.values > left) throw damage(source, at, `a page of ${page.values} values where ${left} are left`);
    const { levels, content } = openPage(page, { leaf, codec });
    const count = levels ? countPresent(levels, leaf.level) : page.values;
    if (page.nulls !== undefined && page.nulls !== page.values - count) {
      throw damage(source, at, `a page of ${page.nulls} nulls whose levels have ${page.values - count}`);
    }
    const values = readValues(content, { count, encoding: page.encoding, leaf, dictionary, room });
    let next = 0;
    if (count === page.values) { for (let i = 0; i < count; i++) out.push(values[i]!); }
    else levels!.forEach((level) => out.push(level === leaf.level ? values[next++]! : null));
  }
  return out;
}

function countPresent(levels: Uint32Array, present: number): number {
  let count = 0;
  for (let i = 0; i < levels.length; i++) if (levels[i] === present) count++;
  return count;
}

/** The definition levels of a page, where its values may be missing, and its values. */
function openPage(page: Page, { leaf, codec }: { leaf: Leaf; codec: number }): {
  levels: Uint32Array | undefined;
  content: Cursor;
} {
  const runs = { count: page.values, width: 32 - Math.clz32(leaf.level), max: leaf.level };
  if (page.kind === "data2") {
    const head = take(page.content, page.levelBytes), levels = leaf.level > 0 ? readRuns(head, runs) : undefined;
    const content = unpack(page.content, { codec: page.isPacked ? codec : 0, size: page.unpacked - page.levelBytes });
    return { levels, content };
  }
  const content = unpack(page.content, { codec, size: page.unpacked }), { source, at } = content;
  if (leaf.level === 0) return { levels: undefined, content };
  if (page.levelEncoding !== RLE) {
    throw damage(source, at, `levels of encoding ${page.levelEncoding}, which is not read`);
  }
  const { bytes } = source, size = take(content, 4).at;
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(size, true);
  return { levels: readRuns(take(content, length), runs), content };
}
