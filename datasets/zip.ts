/**
 * Zip archives with random access: the central directory at once, each entry when it is read.
 *
 * Specification: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 *
 * @module
 */
import { crc32 } from "./decoding/crc32.ts";
import { inflateExactly } from "./decoding/inflate.ts";

/** The most bytes an entry may unpack to: 256 MiB, more than any image that is read. */
export const MAX_ENTRY_BYTES: number = 2 ** 28;

/** One file of an archive, as the central directory describes it. */
export interface ZipEntry {
  /** Path with forward slashes. */
  readonly path: string;
  /** Unpacked size in bytes. */
  readonly size: number;
  readonly packedSize: number;
  /** 0 stored, 8 deflated; others are not read. */
  readonly method: number;
  readonly encrypted: boolean;
  /** Whether Unix would unpack it as a symbolic link or another special file. */
  readonly link: boolean;
  readonly crc: number;
  /** Offset of the entry's local header. */
  readonly offset: number;
}

/** An open archive. */
export interface ZipArchive {
  /** Its files, without folders, in the order of the directory. */
  readonly entries: readonly ZipEntry[];
  /**
   * Unpacks a file and checks its checksum.
   *
   * @throws {SyntaxError} if the entry is damaged, encrypted, packed by another method, or absurdly large.
   */
  read(entry: ZipEntry): Uint8Array;
}

const END = 0x06054b50, END_64 = 0x06064b50, LOCATOR_64 = 0x07064b50, CENTRAL = 0x02014b50, LOCAL = 0x04034b50;

/** Whether the bytes open like a zip archive, an empty one included. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b &&
    ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6));
}

/**
 * Opens an archive that is in memory; entries are unpacked by {@link ZipArchive.read}.
 *
 * @throws {SyntaxError} if its directory is damaged, spans several files, or names a file twice.
 */
export function openZip(bytes: Uint8Array): ZipArchive {
  const view = viewOf(bytes), { count, start, end } = findDirectory(view);
  const entries = readDirectory(bytes.subarray(0, end), { count, start });
  return { entries, read: (entry) => unpackEntry(bytes, entry) };
}

/**
 * The files that a directory names, without folders.
 *
 * @param bytes Bytes that end with the directory.
 * @throws {SyntaxError} if it is damaged, or names a file twice.
 */
export function readDirectory(bytes: Uint8Array, { count, start }: { count: number; start: number }): ZipEntry[] {
  const view = viewOf(bytes), entries: ZipEntry[] = [], seen = new Set<string>(), end = bytes.length;
  let at = start;
  for (let i = 0; i < count; i++) {
    const { entry, next } = readCentral(bytes, view, at, end);
    at = next;
    if (entry.path.endsWith("/")) continue;
    if (seen.has(entry.path)) throw damaged(`it names ${JSON.stringify(entry.path)} twice`);
    seen.add(entry.path);
    entries.push(entry);
  }
  if (at !== end) throw damaged(`its directory does not end with the last of its ${count} entries`);
  return entries;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(found: string): SyntaxError {
  return new SyntaxError(`Cannot read the zip archive: ${found}, a whole archive is wanted`);
}

/** A 64-bit field as a number; offsets beyond 2⁵³ are damage in any case and fail the bounds that follow. */
function uint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

/** So many bytes from the end hold every record that {@link findDirectory} looks at. */
export const ZIP_TAIL_BYTES: number = 56 + 20 + 22 + 65535;

/**
 * Where the directory lies, in bytes of the archive.
 *
 * @param view The archive, or its last {@link ZIP_TAIL_BYTES}.
 * @param base Where `view` starts in the archive.
 * @throws {SyntaxError} if there is no directory.
 */
export function findDirectory(view: DataView, base = 0): { count: number; start: number; end: number } {
  // The end record is 22 bytes and a comment of at most 65,535, and the file ends with it.
  for (let at = view.byteLength - 22; at >= 0 && at >= view.byteLength - 22 - 65535; at--) {
    if (view.getUint32(at, true) !== END || at + 22 + view.getUint16(at + 20, true) !== view.byteLength) continue;
    let count = view.getUint16(at + 10, true),
      size = view.getUint32(at + 12, true),
      start = view.getUint32(at + 16, true);
    if (view.getUint16(at + 4, true) !== 0 || view.getUint16(at + 8, true) !== count) {
      throw damaged("it is one part of several");
    }
    if (at >= 20 && view.getUint32(at - 20, true) === LOCATOR_64) {
      const record = uint64(view, at - 12) - base;
      if (record < 0 || record + 56 > at || view.getUint32(record, true) !== END_64) {
        throw damaged("its 64-bit end record is damaged");
      }
      count = uint64(view, record + 32), size = uint64(view, record + 40), start = uint64(view, record + 48);
    }
    if (start + size > base + at || count * 46 > size) throw damaged("its end record points outside the file");
    return { count, start, end: start + size };
  }
  throw damaged("it has no end record");
}

function readCentral(bytes: Uint8Array, view: DataView, at: number, end: number): { entry: ZipEntry; next: number } {
  if (at + 46 > end || view.getUint32(at, true) !== CENTRAL) throw damaged(`its directory is damaged at byte ${at}`);
  const nameLength = view.getUint16(at + 28, true), extraLength = view.getUint16(at + 30, true);
  const nameEnd = at + 46 + nameLength, extraEnd = nameEnd + extraLength;
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > end) throw damaged(`its directory is damaged at byte ${at}`);
  let packedSize = view.getUint32(at + 20, true),
    size = view.getUint32(at + 24, true),
    offset = view.getUint32(at + 42, true);
  for (let extra = nameEnd; extra + 4 <= extraEnd;) {
    const id = view.getUint16(extra, true), length = view.getUint16(extra + 2, true);
    if (extra + 4 + length > extraEnd) throw damaged(`its directory is damaged at byte ${extra}`);
    if (id === 1) {
      // Holds, in this order, only those fields that did not fit into 32 bits.
      const wide = [size, packedSize, offset].filter((value) => value === 0xffffffff).length;
      if (length < wide * 8) throw damaged(`its directory is damaged at byte ${extra}`);
      let field = extra + 4;
      const take = (value: number): number => value === 0xffffffff ? uint64(view, (field += 8) - 8) : value;
      size = take(size), packedSize = take(packedSize), offset = take(offset);
    }
    extra += 4 + length;
  }
  const flags = view.getUint16(at + 8, true),
    method = view.getUint16(at + 10, true),
    crc = view.getUint32(at + 16, true);
  const path = readName(bytes.subarray(at + 46, nameEnd));
  // The kind of file that Unix keeps in the upper bits of its mode; archives of other systems have none there.
  const kind = view.getUint32(at + 38, true) >>> 28, link = kind !== 0 && kind !== 8 && kind !== 4;
  return { entry: { path, size, packedSize, method, encrypted: (flags & 1) !== 0, link, crc, offset }, next };
}

/** A name is UTF-8 nowadays; one that is not is taken byte by byte, so that it stays distinct. Slashes go forward. */
function readName(bytes: Uint8Array): string {
  let name: string;
  try {
    name = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    name = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  }
  return name.replaceAll("\\", "/");
}

/**
 * Unpacks a file of an archive in memory and checks its checksum.
 *
 * @throws {SyntaxError} as {@link ZipArchive.read}.
 */
export function unpackEntry(bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  const view = viewOf(bytes), { offset, size, packedSize, method } = entry;
  if (entry.encrypted) throw new SyntaxError("Cannot unpack the zip entry: it is encrypted, a plain one is wanted");
  if (method !== 0 && method !== 8) {
    throw new SyntaxError(`Cannot unpack the zip entry: found method ${method}, stored (0) or deflated (8) is wanted`);
  }
  if (size > MAX_ENTRY_BYTES) {
    throw new SyntaxError(
      `Cannot unpack the zip entry: it claims ${size} bytes, at most ${MAX_ENTRY_BYTES} are wanted`,
    );
  }
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== LOCAL) {
    throw new SyntaxError(
      `Cannot unpack the zip entry: there is no entry at byte ${offset}, a whole archive is wanted`,
    );
  }
  const nameEnd = offset + 30 + view.getUint16(offset + 26, true);
  if (readName(bytes.subarray(offset + 30, nameEnd)) !== entry.path) {
    throw new SyntaxError(`Cannot unpack the zip entry: the entry at byte ${offset} has another name in the directory`);
  }
  const start = nameEnd + view.getUint16(offset + 28, true);
  if (start + packedSize > bytes.length || (method === 0 && size !== packedSize)) {
    throw new SyntaxError(`Cannot unpack the zip entry: its ${packedSize} bytes at ${start} do not fit the archive`);
  }
  const packed = bytes.subarray(start, start + packedSize);
  const content = method === 0 ? packed : inflateExactly(packed, size, "raw");
  if (crc32(content) !== entry.crc) {
    throw new SyntaxError("Cannot unpack the zip entry: its content does not match its checksum");
  }
  return content;
}
