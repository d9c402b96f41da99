/**
 * The members of a tar archive, read by the offsets of the standard.
 *
 * @module
 */
import { assertEquals } from "@std/assert";

/** Every member's name and content; signature and checksum are held to the standard. */
export function membersOf(archive: Uint8Array): [name: string, content: Uint8Array][] {
  const text = (from: number, to: number) => new TextDecoder().decode(archive.subarray(from, to)).replace(/\0.*$/, "");
  const members: [string, Uint8Array][] = [];
  for (let at = 0; archive[at] !== 0;) {
    assertEquals(text(at + 257, at + 263), "ustar");
    const size = parseInt(text(at + 124, at + 136), 8), head = archive.slice(at, at + 512);
    head.fill(32, 148, 156);
    assertEquals(parseInt(text(at + 148, at + 156), 8), head.reduce((sum, byte) => sum + byte, 0));
    members.push([text(at, at + 100), archive.slice(at + 512, at + 512 + size)]);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return members;
}
