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

/**
 * Reads the values of a chunk, `null` where there is none.
 *
 * @param source The bytes of the chunk.
 * @throws {SyntaxError} if it is damaged, or of a kind that is not read.
 */
export function readColumn(source: Source, { leaf, chunk }: { leaf: Leaf; chunk: Chunk }): (Value | null)[] {
  const cursor: Cursor = { source, at: 0, end: source.bytes.length }, { codec } = chunk, out: (Value | null)[] = [];
  let dictionary: Value[] | undefined, room = chunk.unpacked;
  while (out.length < chunk.values) {
    const { at } = cursor, page = readPage(cursor);
    if (page.kind === "other") continue;
    room -= page.unpacked;
    if (room < 0) throw damage(source, at, `a page of ${page.unpacked} bytes where ${room + page.unpacked} are left`);
    if (page.kind === "dictionary") {
      if (dictionary || out.length > 0) throw damage(source, at, "a dictionary that is not at the beginning");
      dictionary = readPlain(unpack(page.content, { codec, size: page.unpacked }), { count: page.values, leaf });
      continue;
    }
    const left = chunk.values - out.length;
    if (page.values > left) throw damage(source, at, `a page of ${page.values} values where ${left} are left`);
    const { levels, content } = openPage(page, { leaf, codec });
    const count = levels ? levels.reduce((sum, level) => sum + (level === leaf.level ? 1 : 0), 0) : page.values;
    if (page.nulls !== undefined && page.nulls !== page.values - count) {
      throw damage(source, at, `a page of ${page.nulls} nulls whose levels have ${page.values - count}`);
    }
    const { encoding } = page;
    const values = readValues(content, { count, encoding, leaf, dictionary, room: 4 * source.bytes.length });
    let next = 0;
    for (let i = 0; i < page.values; i++) out.push(levels && levels[i] !== leaf.level ? null : values[next++]!);
  }
  return out;
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
