/**
 * Writes verification `.bin` files that Python and insightface's loader read.
 *
 * @module
 */

/** 2 for Python 2 as well, where images are strings; 4 for Python 3.4 and later. */
export type BinProtocol = 2 | 4;

/** List items between two marks, as Python writes them. */
const BATCH = 1000;

const PROTO = 0x80,
  MARK = 0x28,
  EMPTY_LIST = 0x5d,
  APPENDS = 0x65,
  TRUE = 0x88,
  FALSE = 0x89,
  TUPLE2 = 0x86,
  STOP = 0x2e;

/** Opcodes for bytes, short and long: BINSTRING of Python 2, BINBYTES of Python 3. */
const BYTES = { 2: { short: 0x55, long: 0x54 }, 4: { short: 0x43, long: 0x42 } } as const;

/**
 * The pickle of `(bins, issame_list)`, piece by piece. Python reads protocol 4 by `pickle.load(file)`; protocol 2 by the
 * same under Python 2, by `pickle.load(file, encoding="bytes")` under 3, which insightface's loader falls back to.
 *
 * @param images Image files, two for each pair.
 * @param same For each pair, whether both are of one person.
 * @throws {RangeError} if there are not two images for each pair, or one has 2³¹ bytes or more.
 */
export async function* encodeVerificationBin(
  images: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  same: ArrayLike<number | boolean>,
  { protocol = 4 }: { readonly protocol?: BinProtocol } = {},
): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(PROTO, protocol, EMPTY_LIST);
  let count = 0;
  for await (const image of images) {
    if (count % BATCH === 0) yield Uint8Array.of(...(count > 0 ? [APPENDS] : []), MARK);
    yield bytesHeader(image.length, protocol);
    yield image;
    count++;
  }
  if (count !== 2 * same.length) {
    throw new RangeError(`Cannot write ${count} images of ${same.length} pairs: two for each pair are wanted`);
  }
  const flags = Array.from(same, (flag) => flag ? TRUE : FALSE), end = count > 0 ? [APPENDS] : [];
  yield Uint8Array.from([...end, EMPTY_LIST, ...(count > 0 ? [MARK, ...flags, APPENDS] : []), TUPLE2, STOP]);
}

function bytesHeader(length: number, protocol: BinProtocol): Uint8Array {
  const { short, long } = BYTES[protocol];
  if (length < 256) return Uint8Array.of(short, length);
  if (length >= 2 ** 31) throw new RangeError(`Cannot write an image of ${length} bytes: less than 2³¹ are wanted`);
  const header = new Uint8Array(5);
  header[0] = long;
  new DataView(header.buffer).setUint32(1, length, true);
  return header;
}
