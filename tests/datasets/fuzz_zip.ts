import { assertEquals } from "@std/assert";
import type { FuzzFormat } from "./fuzz.ts";
import { openFolder, smallZip } from "./helpers.ts";

/** A zip of stored images, through the reader of folders. */
export const ZIP: FuzzFormat = {
  name: "image-folder, zip",
  files: { "a.zip": smallZip({ level: 0 }) },
  runs: 1000,
  place: /zip archive|zip entry|image|in no folder/,
  async open(files) {
    const set = await openFolder(files, { path: "a.zip", channels: 1 });
    const pixels = await Promise.all(Array.from({ length: set.length }, (_, i) => set.read(i)));
    assertEquals(pixels, [10, 11, 20, 21].map((value) => new Uint8Array(16).fill(value)));
    return pixels.reduce((sum, image) => sum + image.length, 0);
  },
};
