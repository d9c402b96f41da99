import { assertEquals, assertRejects } from "@std/assert";
import { createNamedSet } from "../../datasets/mod.ts";

Deno.test("createNamedSet() gives names and labels, and no pixels", async () => {
  const set = createNamedSet(
    {
      source: "pairs.txt",
      classes: ["a", "b"],
      labels: Int32Array.of(0, 1, 1),
      name: (index) => `${index}.jpg`,
      provenance: { reader: "lfw", digest: "abc" },
    },
    { normalise: { mean: 1, std: 2 }, license: "CC0", citation: null },
  );
  assertEquals([set.shape, set.length, set.name(2), set.name(3)], [[0, 0, 0], 3, "2.jpg", "3"]);
  const { images, classes, license, decoder } = set.provenance;
  assertEquals([images, classes, license, decoder], [3, 2, "CC0", "none"]);
  await assertRejects(() => set.read(1), TypeError, 'Cannot read image "1.jpg" of "pairs.txt": the list gives names');
  await assertRejects(() => set.read(9), TypeError, "Cannot read image 9 of");
});
