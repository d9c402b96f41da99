/**
 * Goes through a RecordIO file from its first byte to its last, in windows of 4 MiB.
 *
 * @module
 */
import type { Files } from "../files.ts";
import { decodeHeaderStart, HEAD_BYTES, type HeaderStart } from "./image_header.ts";
import { findRecord, MAGIC_BYTES, readHead, RecordDamage, type RecordSpan } from "./record.ts";
import { openWindow, SCAN_BYTES, type WindowedFile } from "./window.ts";

/** A whole record, or a stretch of the file that is none. */
export type Scanned =
  | {
    /** A whole record. */
    readonly span: RecordSpan;
    /** Its header; `undefined` where the payload is too short for the one of images. */
    readonly header: HeaderStart | undefined;
  }
  | {
    /** A stretch that is no record. */
    readonly damage: {
      /** Where it begins. */
      readonly offset: number;
      /** Where the next whole record begins, or the file ends. */
      readonly end: number;
      /** What is wrong. */
      readonly reason: string;
    };
  };

/**
 * Finds every record, and every stretch that is none: after damage it goes on at the next whole record.
 *
 * @throws {MissingDataError} if there is no file.
 */
export async function* scanRecords(path: string, files: Files): AsyncGenerator<Scanned> {
  const file = await openWindow(path, files), dead = new Set<number>();
  for (let at = 0; at < file.size;) {
    try {
      const span = await findRecord(file, at, dead);
      yield { span, header: await headerOf(file, span) };
      at = span.end;
    } catch (error) {
      if (!(error instanceof RecordDamage)) throw error;
      const end = await nextRecord(file, at + 1, dead);
      yield { damage: { offset: at, end, reason: error.message } };
      at = end;
    }
  }
}

/** The header of a record, or `undefined` where it has none. */
async function headerOf(file: WindowedFile, span: RecordSpan): Promise<HeaderStart | undefined> {
  try {
    return decodeHeaderStart(await readHead(file, span, HEAD_BYTES), span.length);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Where the next whole record begins; bytes may have been lost, so any place will do, multiple of 4 or not. */
async function nextRecord(file: WindowedFile, from: number, dead: Set<number>): Promise<number> {
  for (let at = from; at + 8 <= file.size;) {
    const bytes = await file.view(at, Math.min(SCAN_BYTES, file.size - at)), found = indexOfMagic(bytes);
    if (found === undefined) {
      at += bytes.length - 3;
      continue;
    }
    try {
      await findRecord(file, at + found, dead);
      return at + found;
    } catch (error) {
      if (!(error instanceof RecordDamage)) throw error;
      at += found + 1;
    }
  }
  return file.size;
}

function indexOfMagic(bytes: Uint8Array): number | undefined {
  const [a, b, c, d] = MAGIC_BYTES;
  for (let at = bytes.indexOf(a); at >= 0 && at + 4 <= bytes.length; at = bytes.indexOf(a, at + 1)) {
    if (bytes[at + 1] === b && bytes[at + 2] === c && bytes[at + 3] === d) return at;
  }
  return undefined;
}
