import { assertEquals } from "@std/assert";
import { createFileSet, type ImageSet } from "../../datasets/mod.ts";
import { greyPng } from "./helpers.ts";

/** A set of two images that counts how often each is loaded. */
async function counted(context: { cacheBytes?: number }): Promise<{ set: ImageSet; loads: number[] }> {
  const loads = [0, 0];
  const set = await createFileSet(
    {
      source: "set",
      size: [4, 4],
      classes: ["a", "b"],
      labels: Int32Array.of(0, 1),
      name: String,
      load: (index) => (loads[index]!++, Promise.resolve({ bytes: greyPng(index) })),
      provenance: { reader: "test-set", digest: "abc", decoder: "none", skipped: [] },
    },
    { size: null, channels: 1, invert: false, normalise: { mean: 0, std: 1 }, license: null, citation: null },
    context,
  );
  return { set, loads };
}

Deno.test("createFileSet() keeps prepared images within the bytes that it may keep", async () => {
  for (const [context, wanted] of [[{}, [1, 1]], [{ cacheBytes: 16 }, [2, 2]], [{ cacheBytes: 0 }, [2, 3]]] as const) {
    const { set, loads } = await counted(context);
    for (const index of [0, 1, 1, 0, 1]) assertEquals(await set.read(index), new Uint8Array(16).fill(index));
    assertEquals(loads, [...wanted], JSON.stringify(context));
  }
});

Deno.test("createFileSet() gives an image's file as it was loaded, and does not keep it", async () => {
  const { set, loads } = await counted({});
  assertEquals([(await set.file!(1)).bytes, (await set.file!(1)).bytes], [greyPng(1), greyPng(1)]);
  assertEquals(loads, [0, 2]);
});
