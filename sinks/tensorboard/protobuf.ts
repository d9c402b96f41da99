/**
 * Writing protocol buffers: the few wire types that event files need.
 *
 * @module
 */

/** A field: its number and its encoded content. */
export type Field = Uint8Array<ArrayBuffer>;

/** A field that holds a message or text. */
export function bytesField(number: number, content: Uint8Array | string): Field {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

/** A field that holds a message, from its own fields. */
export function messageField(number: number, fields: readonly Field[]): Field {
  return bytesField(number, concat(fields));
}

/** A field that holds a whole number from 0 to 2⁵³ − 1. */
export function intField(number: number, value: number): Field {
  return concat([varint(number * 8), varint(value)]);
}

/** A field that holds a float64. */
export function doubleField(number: number, value: number): Field {
  return concat([varint(number * 8 + 1), doubles([value])]);
}

/** A field that holds a float32. */
export function floatField(number: number, value: number): Field {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return concat([varint(number * 8 + 5), bytes]);
}

/** A packed field of float64 numbers. */
export function doublesField(number: number, values: readonly number[]): Field {
  return bytesField(number, doubles(values));
}

/** Bytes one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

function doubles(values: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8 * values.length), view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setFloat64(8 * i, value, true));
  return bytes;
}

function varint(value: number): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push(value % 128 + 128);
  return Uint8Array.from([...bytes, value]);
}
