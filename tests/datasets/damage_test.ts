import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_PIXELS } from "../../datasets/decoding/bitmap.ts";
import { decodeImage } from "../../datasets/decoding/decode.ts";
import { decodePng } from "../../datasets/decoding/png.ts";
import { fromBase64, memoryFiles, openFolder, readFixture, smallZip } from "./helpers.ts";
import { assertSound, mutate, mutation } from "./mutate.ts";

const RUNS = { seed: 20261123, numRuns: 500 };

Deno.test("decodeImage() gives an image of a sound shape or an error for 500 damaged images", async () => {
  const { decoded } = readFixture<{ decoded: { name: string; file: string }[] }>("images.json");
  const pnm = ["P2 3 2 9\n1 2 3 4 5 6\n", "P6 2 2 255\nabcdefghijkl"].map((text) => new TextEncoder().encode(text));
  const files = [...decoded.map((image) => fromBase64(image.file)), ...pnm];
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(files.length - 1),
      fc.array(mutation, { minLength: 1, maxLength: 3 }),
      async (which, how) => {
        const damaged = mutate(files[which]!, how);
        try {
          const { width, height, channels, data } = await decodeImage(damaged);
          assert(width * height <= MAX_PIXELS);
          assertEquals(data.length, width * height * channels);
          // PNG has checksums, so that what decodes is what was written.
          if (damaged[0] === 0x89) assertEquals(data, decodePng(files[which]!).data);
        } catch (error) {
          assertSound(error);
          refused++;
        }
      },
    ),
    RUNS,
  );
  assert(refused > 250 && refused < 500, `${refused} of 500 were refused`);
});

Deno.test("imageFolder reads the images as they were or gives an error for 500 damaged zips", async () => {
  const zips = [smallZip({ level: 0 }), smallZip({ level: 6 })];
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(1), fc.array(mutation, { minLength: 1, maxLength: 3 }), async (which, how) => {
      const files = memoryFiles({ "a.zip": mutate(zips[which]!, how) });
      try {
        const set = await openFolder(files, { path: "a.zip", channels: 1 });
        const pixels = await Promise.all(Array.from({ length: set.length }, (_, i) => set.read(i)));
        assertEquals(pixels, [10, 11, 20, 21].map((value) => new Uint8Array(16).fill(value)));
        assertEquals([...set.labels], [0, 0, 1, 1]);
      } catch (error) {
        assertSound(error);
        refused++;
      }
    }),
    RUNS,
  );
  assert(refused > 250 && refused < 500, `${refused} of 500 were refused`);
});
