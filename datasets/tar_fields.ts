/**
 * Fields of tar headers.
 *
 * @module
 */

/** Text up to the first zero byte; bytes that are no UTF-8 are replaced. */
export function textField(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** A number: octal digits, or, where the first bit is set, a big-endian integer; `undefined` for anything else. */
export function wholeNumber(field: Uint8Array): number | undefined {
  if (field[0]! & 0x80) {
    if (field[0] !== 0x80) return undefined;
    return field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
  }
  const text = textField(field).trim();
  return /^[0-7]+$/.test(text) ? parseInt(text, 8) : undefined;
}

/** Whether the bytes of a header, its checksum taken as spaces, add up to its checksum. */
export function isChecksumRight(block: Uint8Array): boolean {
  let sum = 8 * 0x20;
  for (let i = 0; i < block.length; i++) if (i < 148 || i >= 156) sum += block[i]!;
  return wholeNumber(block.subarray(148, 156)) === sum;
}

/** Records of a pax header, each `length key=value\n`; `undefined` where they are not. */
export function parsePax(content: Uint8Array): ReadonlyMap<string, string> | undefined {
  const records = new Map<string, string>(), decoder = new TextDecoder();
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at), digits = decoder.decode(content.subarray(at, Math.max(at, space)));
    const end = at + Number(digits);
    if (!/^[1-9]\d{0,8}$/.test(digits) || end > content.length || content[end - 1] !== 0x0a) return undefined;
    const equals = content.indexOf(0x3d, space);
    if (equals < 0 || equals >= end) return undefined;
    records.set(
      decoder.decode(content.subarray(space + 1, equals)),
      decoder.decode(content.subarray(equals + 1, end - 1)),
    );
    at = end;
  }
  return records;
}
