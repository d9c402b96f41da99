import { assertEquals, assertRejects } from "@std/assert";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { type BinProtocol, encodeVerificationBin, parseVerificationBin } from "../../../datasets/mod.ts";
import { fromBase64, readFixture } from "../helpers.ts";

/** `tests/fixtures/bin_written.json`: digests of files of our own writer, pinned after Python had read them back. */
const WRITTEN = readFixture<
  { name: string; protocol: BinProtocol; images: string[]; repeat: number; sha256: string }[]
>(
  "bin_written.json",
);

async function encode(
  images: readonly Uint8Array[],
  same: readonly boolean[],
  protocol: BinProtocol,
): Promise<Uint8Array> {
  const parts: number[] = [];
  for await (const part of encodeVerificationBin(images, same, { protocol })) parts.push(...part);
  return Uint8Array.from(parts);
}

for (const { name, protocol, images, repeat, sha256: known } of WRITTEN) {
  Deno.test(`encodeVerificationBin() writes the bytes that Python read back: ${name}, protocol ${protocol}`, async () => {
    const files = Array.from({ length: repeat }, () => images.map(fromBase64)).flat();
    const same = Array.from({ length: files.length / 2 }, (_, pair) => pair % 3 === 0);
    const bytes = await encode(files, same, protocol);
    assertEquals(bytesToHex(sha256(bytes)), known);
    const parsed = parseVerificationBin(bytes, "a.bin");
    assertEquals([parsed.images, [...parsed.same]], [files, same.map(Number)]);
  });
}

Deno.test("encodeVerificationBin() writes protocol 4 if nothing is said, and wants two images for each pair", async () => {
  const [first] = await Array.fromAsync(encodeVerificationBin([], []));
  assertEquals([...first!], [0x80, 4, 0x5d]);
  await assertRejects(() => encode([Uint8Array.of(1)], [true], 2), RangeError, "Cannot write 1 images of 1 pairs");
});
