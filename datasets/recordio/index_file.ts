/**
 * The index beside a RecordIO file: text, `key⇥offset` a line.
 *
 * @module
 */
import type { Files } from "../files.ts";
import { type GrowingList, growingNumbers } from "../growing.ts";
import { openWindow, SCAN_BYTES } from "./window.ts";

/** Keys and offsets of records, in the order of the index. */
export interface RecordIndex {
  /** Key of each record: whole numbers, none twice. */
  readonly keys: Float64Array;
  /** Offset of each record in bytes, up to 2⁵³. */
  readonly offsets: Float64Array;
}

const TAB = 9, LINE_FEED = 10, RETURN = 13, ZERO = 48, NINE = 57;

/**
 * Reads an index in windows; no line becomes a string.
 *
 * @throws {SyntaxError} if a line is not a key, a tab and an offset.
 */
export async function readIndex(path: string, files: Files): Promise<RecordIndex> {
  const file = await openWindow(path, files), keys = growingNumbers(), offsets = growingNumbers();
  let value = 0, digits = 0, second = false, returned = false;
  const wrong = (): SyntaxError =>
    new SyntaxError(
      `Cannot read "${path}", line ${
        keys.length + (second ? 0 : 1)
      }: a key, a tab and an offset are wanted, both whole ` +
        "numbers; name no index to have it made anew from the records",
    );
  const take = (into: GrowingList<Float64Array>): void => {
    if (digits === 0 || value > Number.MAX_SAFE_INTEGER) throw wrong();
    into.push(value);
    value = digits = 0;
  };
  for (let start = 0; start < file.size; start += SCAN_BYTES) {
    for (const byte of await file.view(start, Math.min(SCAN_BYTES, file.size - start))) {
      if (byte >= ZERO && byte <= NINE && !returned) value = value * 10 + byte - ZERO, digits++;
      else if (byte === TAB && !second && !returned) take(keys), second = true;
      else if (byte === RETURN && second && !returned) returned = true;
      else if (byte === LINE_FEED && second) take(offsets), second = returned = false;
      else throw wrong();
    }
  }
  // The last line may lack its end.
  if (second) take(offsets);
  else if (digits > 0) throw wrong();
  return { keys: keys.array(), offsets: offsets.array() };
}

/** One line of an index. */
export function formatIndexLine(key: number, offset: number): string {
  return `${key}\t${offset}\n`;
}
