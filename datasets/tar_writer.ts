/**
 * Writes members of a tar archive as POSIX lays them out (ustar).
 *
 * Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, "ustar Interchange Format"
 *
 * @module
 */

/** Bytes of a block; members begin at multiples of it. */
const BLOCK = 512;

/** The largest size that eleven octal digits tell, plus one. */
const TOO_LARGE = 8 ** 11;

/** The two empty blocks that end an archive. */
export const TAR_END: Uint8Array = new Uint8Array(2 * BLOCK);

/**
 * A file as a member: header, content, and zeros up to a full block. Owner, group and time are 0, so that the same data
 * makes the same archive.
 *
 * @throws {RangeError} if the name has more than 100 bytes, or the content 8 GiB or more.
 */
export function tarMember(name: string, content: Uint8Array): Uint8Array {
  const path = new TextEncoder().encode(name);
  if (path.length > 100 || content.length >= TOO_LARGE) {
    throw new RangeError(
      `Cannot write member "${name}" of ${content.length} bytes: a name of 100 bytes at most and less than 8 GiB are wanted`,
    );
  }
  const bytes = new Uint8Array(BLOCK + Math.ceil(content.length / BLOCK) * BLOCK);
  const put = (at: number, text: string): void => bytes.set(new TextEncoder().encode(text), at);
  const octal = (at: number, value: number, digits: number): void => put(at, value.toString(8).padStart(digits, "0"));
  bytes.set(path);
  octal(100, 0o644, 7);
  for (const owner of [108, 116]) octal(owner, 0, 7);
  octal(124, content.length, 11);
  octal(136, 0, 11);
  put(156, "0");
  put(257, "ustar\0" + "00");
  for (const device of [329, 337]) octal(device, 0, 7);
  // The checksum is the sum of the header's bytes, its own eight taken as spaces.
  put(148, "        ");
  const sum = bytes.subarray(0, BLOCK).reduce((total, byte) => total + byte, 0);
  octal(148, sum, 6);
  bytes[154] = 0;
  bytes.set(content, BLOCK);
  return bytes;
}
