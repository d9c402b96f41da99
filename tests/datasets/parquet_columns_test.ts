import { assertEquals, assertRejects } from "@std/assert";
import { createGroupCache } from "../../datasets/parquet_columns.ts";
import type { ParquetFile } from "../../datasets/parquet_file.ts";

/** A file of row groups of two images of one byte, the number of the image; counts how many are unpacked at once. */
function countingFile(groups: number, damaged?: number) {
  const seen = { now: 0, peak: 0, reads: 0 };
  const file: ParquetFile = {
    path: "a.parquet",
    rows: 2 * groups,
    groups: Array.from({ length: groups }, (_, group) => ({ start: 2 * group, rows: 2 })),
    columns: ["image"],
    metadata: () => undefined,
    async read(_, group) {
      seen.reads++;
      seen.peak = Math.max(seen.peak, ++seen.now);
      await new Promise((resolve) => setTimeout(resolve));
      seen.now--;
      if (group === damaged) throw new SyntaxError("damaged");
      return [Uint8Array.of(2 * group), Uint8Array.of(2 * group + 1)];
    },
  };
  return { file, seen };
}

Deno.test("createGroupCache() unpacks one row group at a time, each once, whatever a batch wants", async () => {
  const { file, seen } = countingFile(64), { read } = createGroupCache([file], "image");
  const wanted = Array.from({ length: 128 }, (_, i) => 37 * i % 128);
  assertEquals((await Promise.all(wanted.map(read))).map(([value]) => value), wanted);
  assertEquals([seen.peak, seen.reads], [1, 64]);
});

Deno.test("createGroupCache() goes on after a row group that is damaged", async () => {
  const { file, seen } = countingFile(3, 1), { read } = createGroupCache([file], "image");
  const [first, second, third] = [read(0), read(2), read(4)];
  await assertRejects(() => second!, SyntaxError, "damaged");
  assertEquals([(await first!)[0], (await third!)[0], seen.peak], [0, 4, 1]);
});
