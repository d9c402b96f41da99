/**
 * Thrift's compact protocol, as far as Parquet uses it: what nobody asks for is passed over and leaves nothing behind.
 *
 * Specification: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 *
 * @module
 */
import { type Cursor, damage, readByte, readVarint, readZigzag, take, takeBytes } from "./cursor.ts";

/** Reads a value of a type from the cursor. */
export type Take = (type: number) => void;

const TRUE = 1, FALSE = 2, BYTE = 3, I64 = 6, DOUBLE = 7, BINARY = 8, LIST = 9, SET = 10, STRUCT = 12;
/** Structs nest less deeply than this in Parquet. */
const MAX_DEPTH = 16;

/**
 * Reads a struct: `fields` by their number.
 *
 * @throws {SyntaxError} if it is damaged.
 */
export function readFields(cursor: Cursor, fields: Readonly<Record<number, Take>>): void {
  visit(cursor, (field, type) => {
    fields[field]?.(type);
    return field in fields;
  });
}

/** Reads a struct that is a value of a struct or a list; see {@link readFields}. */
export function readStruct(cursor: Cursor, type: number, fields: Readonly<Record<number, Take>>): void {
  want(cursor, type === STRUCT, "a struct");
  readFields(cursor, fields);
}

/** An integer. */
export function readInteger(cursor: Cursor, type: number): number {
  want(cursor, type > BYTE && type <= I64, "an integer");
  return readZigzag(cursor);
}

/** A flag, whose value is in its type. */
export function readFlag(cursor: Cursor, type: number): boolean {
  want(cursor, type === TRUE || type === FALSE, "a flag");
  return type === TRUE;
}

/** Text. */
export function readText(cursor: Cursor, type: number): string {
  want(cursor, type === BINARY, "text");
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(takeBytes(cursor, readVarint(cursor)));
}

/** Reads a list, element by element. */
export function readList(cursor: Cursor, type: number, element: Take): void {
  want(cursor, type === LIST, "a list");
  const { length, kind } = readListHeader(cursor);
  for (let i = 0; i < length; i++) element(kind);
}

function want(cursor: Cursor, isRight: boolean, wanted: string): void {
  if (!isRight) throw damage(cursor.source, cursor.at, `another type than ${wanted}`);
}

/** Calls `read` for every field of a struct, and passes over those of which it gives `false`. */
function visit(cursor: Cursor, read: (field: number, type: number) => boolean, depth = 0): void {
  if (depth > MAX_DEPTH) throw damage(cursor.source, cursor.at, `a struct ${depth} levels deep`);
  for (let field = 0;;) {
    const byte = readByte(cursor), type = byte & 15;
    if (type === 0) return;
    field = byte >> 4 ? field + (byte >> 4) : readZigzag(cursor);
    if (!read(field, type)) skip(cursor, type, depth);
  }
}

/** Each element takes a byte or more, so that no list is longer than what is left. */
function readListHeader(cursor: Cursor): { length: number; kind: number } {
  const { at } = cursor, byte = readByte(cursor), length = byte >> 4 === 15 ? readVarint(cursor) : byte >> 4;
  if (length <= cursor.end - cursor.at) return { length, kind: byte & 15 };
  throw damage(cursor.source, at, `a list of ${length} where ${cursor.end - cursor.at} bytes are left`);
}

function skip(cursor: Cursor, type: number, depth: number): void {
  if (depth > MAX_DEPTH) throw damage(cursor.source, cursor.at, `a value ${depth} levels deep`);
  if (type === TRUE || type === FALSE) return;
  if (type === BYTE) take(cursor, 1);
  else if (type > BYTE && type <= I64) { while (readByte(cursor) > 127); }
  else if (type === DOUBLE) take(cursor, 8);
  else if (type === BINARY) take(cursor, readVarint(cursor));
  else if (type === STRUCT) visit(cursor, () => false, depth + 1);
  else if (type === LIST || type === SET) {
    const { length, kind } = readListHeader(cursor);
    // Within a list, a flag takes a byte.
    for (let i = 0; i < length; i++) skip(cursor, kind === TRUE || kind === FALSE ? BYTE : kind, depth + 1);
  } else throw damage(cursor.source, cursor.at, `a value of type ${type}`);
}
