import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import decodeByJsquash from "@jsquash/png/decode.js";
import { fromRgba, toChannels } from "../../../datasets/decoding/bitmap.ts";
import { crc32 } from "../../../datasets/decoding/crc32.ts";
import { decodeImage } from "../../../datasets/decoding/decode.ts";
import { encodePng } from "../../../datasets/decoding/encode_png.ts";
import { decodePng } from "../../../datasets/decoding/png.ts";
import { decodePnm } from "../../../datasets/decoding/pnm.ts";
import { fromBase64, greyPng, readFixture } from "../helpers.ts";

interface Fixture {
  decoded: { name: string; width: number; height: number; channels: 1 | 3; file: string; pixels: string }[];
  refused: Record<string, string>;
  luma: { input: string; output: string };
}
const fixture = readFixture<Fixture>("images.json");
const file = (name: string): Uint8Array => fromBase64(fixture.decoded.find((image) => image.name === name)!.file);
const text = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("decodeImage() gives the pixels that Pillow and the specification give", async () => {
  assertEquals(fixture.decoded.length, 37);
  for (const { name, width, height, channels, file, pixels } of fixture.decoded) {
    const image = await decodeImage(fromBase64(file));
    assertEquals([image.width, image.height], [width, height], name);
    assertEquals(toChannels(image, channels).data, fromBase64(pixels), name);
  }
});

Deno.test("decodePng() agrees with @jsquash/png on every colour type, depth and interlacing", async () => {
  for (const { name, file } of fixture.decoded.filter((image) => image.name.startsWith("png"))) {
    const bytes = fromBase64(file), theirs = await decodeByJsquash(bytes.buffer as ArrayBuffer);
    const rgb = fromRgba(theirs.data as Uint8ClampedArray, theirs.width, theirs.height);
    assertEquals(toChannels(decodePng(bytes), 3), rgb, name);
  }
});

Deno.test("decodePng() refuses every changed byte and every cut, and passes over what follows the image", () => {
  const whole = file("png colour 2 depth 8 interlace 1"), pixels = decodePng(whole);
  for (let i = 0; i < whole.length; i++) {
    const changed = whole.slice();
    changed[i]! ^= 0x10;
    assertThrows(() => decodePng(changed), Error, "Cannot decode PNG");
  }
  for (let end = 8; end < whole.length; end++) {
    assertThrows(() => decodePng(whole.subarray(0, end)), SyntaxError, "Cannot decode PNG");
  }
  assertEquals(decodePng(Uint8Array.of(...whole, 1, 2, 3)), pixels);
});

Deno.test("decodePng() says what is wrong with a header that lies", () => {
  const claim = (change: (header: Uint8Array) => void): Uint8Array => {
    const bytes = greyPng(7), header = bytes.subarray(12, 29);
    change(header.subarray(4));
    new DataView(bytes.buffer).setUint32(29, crc32(header));
    return bytes;
  };
  assertThrows(() => decodePng(claim((h) => h[3] = 5)), SyntaxError, "found 20 bytes, 24 are wanted");
  assertThrows(() => decodePng(claim((h) => h[7] = 3)), SyntaxError, "found more than 15 bytes, 15 are wanted");
  assertThrows(() => decodePng(claim((h) => h[0] = 1)), RangeError, "claims 16777220 × 4 pixels");
  assertThrows(() => decodePng(claim((h) => h[1] = 40)), SyntaxError, "cannot give the 10485780 bytes");
  assertThrows(() => decodePng(claim((h) => h[3] = 0)), RangeError, "claims 0 × 4 pixels");
  assertThrows(() => decodePng(claim((h) => h[8] = 3)), SyntaxError, "bit depth 3");
});

Deno.test("encodePng() and decodePng() are inverse", () => {
  const data = Uint8Array.from({ length: 5 * 7 * 3 }, (_, i) => (i * 37) % 256);
  const bitmap = { width: 5, height: 7, channels: 3 as const, data };
  assertEquals(decodePng(encodePng(bitmap)), bitmap);
});

Deno.test("decodePnm() reads plain and raw, grey and colour, any maximum value", () => {
  const grey = { width: 3, height: 1, channels: 1 as const };
  assertEquals(decodePnm(text("P2\n# a comment\n3 1 255\n0 # white?\n7\n255")), {
    ...grey,
    data: Uint8Array.of(0, 7, 255),
  });
  assertEquals(decodePnm(text("P2 3 1 4 0 1 4\n")), { ...grey, data: Uint8Array.of(0, 64, 255) });
  assertEquals(decodePnm(Uint8Array.of(...text("P5 3 1 255\n"), 9, 10, 11)), {
    ...grey,
    data: Uint8Array.of(9, 10, 11),
  });
  assertEquals(
    decodePnm(Uint8Array.of(...text("P5 3 1 65535\n"), 0, 0, 0x80, 0, 255, 255)),
    { ...grey, data: Uint8Array.of(0, 128, 255) },
  );
  const colour = { width: 1, height: 1, channels: 3 as const, data: Uint8Array.of(1, 2, 3) };
  assertEquals(decodePnm(text("P3 1 1 255 1 2 3")), colour);
  assertEquals(decodePnm(Uint8Array.of(...text("P6 1 1 255 "), 1, 2, 3)), colour);
});

Deno.test("decodePnm() refuses missing, left-over and excessive samples", () => {
  const refuse = (bytes: Uint8Array, message: string): void =>
    void assertThrows(() => decodePnm(bytes), SyntaxError, message);
  refuse(text("P5 2 2 255\nabc"), "found 3 bytes of samples, at least 4 are wanted");
  refuse(text("P5 2 2 255\nabcde"), "found 1 bytes after the image");
  refuse(text("P2 2 1 9 3"), "at least 4 are wanted");
  refuse(text("P2 2 1 9 3 10"), "found sample 10 above the maximum 9");
  refuse(text("P2 2 1 9 3   x"), "found no sample 1 at byte");
  refuse(text("P5 2 2 0\nabcd"), "found maximum value 0");
  refuse(text("P5 2 x"), "found no height");
  assertThrows(() => decodePnm(text("P5 99999 99999 255\n")), RangeError, "claims 99999 × 99999 pixels");
});

Deno.test("decodeImage() refuses what libjpeg or libwebp would fill in or cannot read", async () => {
  const jpeg = file("jpeg"), webp = file("webp lossless");
  await assertRejects(() => decodeImage(jpeg.subarray(0, jpeg.length - 2)), SyntaxError, "Premature end of JPEG file");
  await assertRejects(() => decodeImage(jpeg.subarray(0, 300)), SyntaxError, "Cannot decode JPEG");
  await assertRejects(() => decodeImage(fromBase64(fixture.refused["jpeg cmyk"]!)), SyntaxError, "found CMYK");
  await assertRejects(() => decodeImage(webp.subarray(0, webp.length - 8)), SyntaxError, "its header says");
  await assertRejects(
    () => decodeImage(fromBase64(fixture.refused["webp animated"]!)),
    SyntaxError,
    "found an animation",
  );
  await assertRejects(() => decodeImage(text("GIF89a")), SyntaxError, "found first bytes 47 49 46 38, one of JPEG");
  await assertRejects(() => decodeImage(new Uint8Array()), SyntaxError, "the file is empty");
});

Deno.test("decodeImage() decodes sound images beside damaged ones, at the same time", async () => {
  const jpeg = file("jpeg"), cut = jpeg.subarray(0, 200);
  const results = await Promise.allSettled([jpeg, cut, jpeg, cut, jpeg].map(decodeImage));
  assertEquals(results.map((result) => result.status), ["fulfilled", "rejected", "fulfilled", "rejected", "fulfilled"]);
  const images = results.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
  assertEquals(images[1], images[0]!);
  assertEquals(images[2], images[0]!);
});

Deno.test("toChannels() gives Pillow's grey, and repeats grey as colour", () => {
  const data = fromBase64(fixture.luma.input);
  const grey = toChannels({ width: 64, height: 64, channels: 3, data }, 1);
  assertEquals(grey.data, fromBase64(fixture.luma.output));
  assertEquals(
    toChannels({ width: 1, height: 1, channels: 1, data: Uint8Array.of(9) }, 3).data,
    Uint8Array.of(9, 9, 9),
  );
});
