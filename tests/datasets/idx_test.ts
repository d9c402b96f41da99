import { assert, assertEquals, assertRejects } from "@std/assert";
import { idx } from "../../datasets/catalogue.ts";
import { type ImageSet, MissingDataError } from "../../datasets/mod.ts";
import { fromBase64, readFixture } from "./helpers.ts";
import { openWith } from "./reader_helpers.ts";

const fixture = readFixture<
  { pixels: number[][]; labels: number[]; images: string; labelFile: string; imagesGz: string; labelsGz: string }
>("readers/idx.json");
const plain = { i: fromBase64(fixture.images), l: fromBase64(fixture.labelFile) };
const packed = { i: fromBase64(fixture.imagesGz), l: fromBase64(fixture.labelsGz) };

function open(files: Record<string, Uint8Array>, params: Record<string, unknown> = {}): Promise<ImageSet> {
  return openWith(idx, { images: "i", labels: "l", channels: 1, ...params }, files);
}

Deno.test("idx reads images and labels, packed or not, as struct and gzip wrote them", async () => {
  for (const files of [plain, packed, { ...plain, l: packed.l }]) {
    const set = await open(files);
    assertEquals([set.shape, set.length, set.classes], [[5, 4, 1], 6, ["0", "3", "9"]]);
    assertEquals(Array.from(set.labels, (label) => Number(set.classes[label])), fixture.labels);
    const pixels = await Promise.all(fixture.pixels.map(async (_, i) => [...await set.read(i)]));
    assertEquals(pixels, fixture.pixels);
    assertEquals([set.name(4), set.provenance.decoder], ["4", "none"]);
  }
});

Deno.test("idx resizes, inverts and makes three channels as other readers do", async () => {
  const set = await open(plain, { channels: 3, invert: true });
  assertEquals(
    [...(await set.read(2)).subarray(0, 6)],
    fixture.pixels[2]!.slice(0, 2).flatMap((v) => Array(3).fill(255 - v)),
  );
  assertEquals((await (await open(plain, { size: [2, 3] })).read(0)).length, 6);
  assertEquals(idx.paths({ images: "i", labels: "l" }), ["i", "l"]);
});

Deno.test("idx says what is wrong with which file", async () => {
  const wrong = (files: Record<string, Uint8Array>, message: string, kind: new (m: string) => Error = SyntaxError) =>
    assertRejects(() => open({ ...plain, ...files }), kind, message);
  await wrong({ i: plain.l }, 'Cannot read "i": it ends at byte 14, within its header');
  await wrong(
    { l: plain.i },
    'Cannot read "l": found 00000803 at byte 0, an IDX file of unsigned bytes with 1 axes (magic',
  );
  await wrong({ i: plain.i.with(2, 0x0d) }, "found 00000d03 at byte 0");
  await wrong({ i: plain.i.subarray(0, -1) }, "119 bytes from byte 16 on for an array of shape (6, 5, 4)");
  await wrong({ i: plain.i.with(7, 0) }, "shape (0, 5, 4)");
  await wrong({ i: packed.i.subarray(0, -9) }, 'Cannot unpack "i": ');
  await wrong({ i: packed.i.with(-5, packed.i.at(-5)! ^ 1) }, 'Cannot unpack "i": ');
  const fewer = Uint8Array.of(...plain.l.subarray(0, 13)).with(7, 5);
  await wrong({ l: fewer }, 'it has 6 images, "l" 5 labels', RangeError);
  await wrong({ l: Uint8Array.of(...plain.l.subarray(0, 8), 1, 1, 1, 1, 1, 1) }, "found 1 classes", RangeError);
  await assertRejects(() => openWith(idx, { images: "i", labels: "l" }, {}), MissingDataError);
  assert((await open(plain)).provenance.digest !== (await open(packed)).provenance.digest);
});
