/**
 * Reads event files of TensorBoard, for tests: written from the format's description, it shares no code with the sink.
 *
 * @module
 */
import { assertEquals } from "@std/assert";

/** A field of a message: its number, and a number or bytes. */
type Fields = Map<number, (number | Uint8Array)[]>;

/** One value of an event. */
export interface ReadValue {
  readonly step: number;
  readonly time: number;
  readonly tag: string;
  /** The number, or the counts of a histogram; `undefined` for what another plugin of TensorBoard reads. */
  readonly value: number | number[] | undefined;
}

/** The values of a file, whose framing and checksums are held to the format. */
export function readEvents(file: Uint8Array): { versions: string[]; values: ReadValue[] } {
  const versions: string[] = [], values: ReadValue[] = [];
  for (const content of records(file)) {
    const event = fields(content), time = event.get(1)![0] as number;
    for (const version of event.get(3) ?? []) versions.push(text(version));
    for (const summary of event.get(5) ?? []) {
      for (const bytes of fields(summary as Uint8Array).get(1) ?? []) {
        const value = fields(bytes as Uint8Array), histo = value.get(5)?.[0] as Uint8Array | undefined;
        const counts = histo && float64s(fields(histo).get(7)![0] as Uint8Array);
        const read = counts ?? value.get(2)?.[0] as number | undefined;
        values.push({ step: event.get(2)![0] as number, time, tag: text(value.get(1)![0]!), value: read });
      }
    }
  }
  return { versions, values };
}

/** The steps of a tag. */
export function stepsOf({ values }: ReturnType<typeof readEvents>, wanted: string): number[] {
  return values.filter(({ tag }) => tag === wanted).map(({ step }) => step);
}

function* records(file: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  for (let at = 0; at < file.length;) {
    const length = Number(view.getBigUint64(at, true)), content = file.subarray(at + 12, at + 12 + length);
    assertEquals(view.getUint32(at + 8, true), mask(castagnoli(file.subarray(at, at + 8))));
    assertEquals(view.getUint32(at + 12 + length, true), mask(castagnoli(content)));
    yield content;
    at += 16 + length;
  }
}

/** CRC-32C bit by bit. */
function castagnoli(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  return Number(crc ^ 0xffffffffn);
}

function mask(crc: number): number {
  const rotated = (BigInt(crc) >> 15n | BigInt(crc) << 17n) & 0xffffffffn;
  return Number((rotated + 0xa282ead8n) & 0xffffffffn);
}

function fields(bytes: Uint8Array): Fields {
  const found: Fields = new Map(), view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const varint = () => {
    let value = 0n, shift = 0n;
    for (;; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
  };
  const read = (wire: number): number | Uint8Array => {
    if (wire === 0) return varint();
    if (wire === 2) {
      const length = varint();
      return bytes.subarray(at, at += length);
    }
    at += wire === 1 ? 8 : 4;
    return wire === 1 ? view.getFloat64(at - 8, true) : view.getFloat32(at - 4, true);
  };
  while (at < bytes.length) {
    const key = varint(), number = key >> 3;
    found.set(number, [...found.get(number) ?? [], read(key & 7)]);
  }
  return found;
}

function float64s(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

function text(bytes: number | Uint8Array): string {
  return new TextDecoder().decode(bytes as Uint8Array);
}
