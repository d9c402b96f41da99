import { assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createTemplatePool, type Templates } from "../../evaluation/mod.ts";
import { sourceOf } from "./source.ts";

/** Images along the axes with lengths 1, 2, 3, …; template 0 has a video of two frames and a photograph. */
const original = [1, 0, 0, 0, 2, 0, 0, 0, 3, 4, 0, 0];
const templates: Templates = {
  entries: {
    image: Int32Array.of(2, 0, 1, 3, 0),
    template: Int32Array.of(0, 0, 0, 1, 2),
    medium: Int32Array.of(7, 7, 9, 7, 7),
  },
  count: 4,
  subjects: Int32Array.of(0, 1, 2, 3),
  detection: Float32Array.of(0.5, 1, 0.25, 1),
};

function close(found: Float64Array, ...rows: number[][]): void {
  const wanted = rows.flatMap((row) => row.map((value) => value / Math.hypot(...row)));
  assertEquals(found.length, wanted.length);
  wanted.forEach((value, i) => assertAlmostEquals(found[i]!, value, 1e-15));
}

Deno.test("createTemplatePool() adds what its options say, and normalises the sum", async () => {
  const source = sourceOf(original, 3), which = Int32Array.of(0);
  const pooled = async (options = {}) => await createTemplatePool(source, templates, options).pool(which);
  close(await pooled(), [1, 2, 3]);
  close(await pooled({ unit: true }), [1, 1, 1]);
  close(await pooled({ media: true }), [1 / 2, 2, 3 / 2]);
  close(await pooled({ detection: true }), [0.5, 2, 0.75]);
  close(await pooled({ unit: true, detection: true, media: true }), [0.25, 1, 0.125]);
});

Deno.test("createTemplatePool() adds mirrored embeddings before anything else", async () => {
  const mirrored = [0, 1, 0, 0, 2, 0, 0, 0, 3, 0, 3, 0];
  const pool = createTemplatePool(sourceOf(original, 3, { mirrored }), templates, { flip: true, unit: true });
  const half = Math.SQRT1_2;
  close(await pool.pool(Int32Array.of(0, 1)), [half, half + 1, 1], [4, 3, 0]);
});

Deno.test("createTemplatePool() asks once for each image, in order, whatever templates share it", async () => {
  const asked: number[] = [];
  const pool = createTemplatePool(sourceOf(original, 3, { asked, chunk: 1 }), templates);
  close(await pool.pool(Int32Array.of(2, 1, 0, 2)), [1, 0, 0], [1, 0, 0], [1, 2, 3], [1, 0, 0]);
  assertEquals(asked, [0, 1, 2, 3]);
});

Deno.test("createTemplatePool() refuses what has no direction, and weights that are not there", async () => {
  const pool = createTemplatePool(sourceOf(original, 3), templates);
  await assertRejects(() => pool.pool(Int32Array.of(3)), RangeError, "Cannot pool template 3: it has no images");
  const opposite = createTemplatePool(sourceOf([1, -1, 0, 1], 1), { ...templates });
  await assertRejects(() => opposite.pool(Int32Array.of(0)), RangeError, "Cannot normalise template 0");
  const broken = createTemplatePool(sourceOf([1, 1, NaN, 1], 1), templates);
  await assertRejects(() => broken.pool(Int32Array.of(0)), RangeError, "Cannot pool the embedding of image 2");
  assertThrows(() => createTemplatePool(sourceOf(original, 3), templates, { flip: true }), TypeError, "mirrored");
  const { detection: _, ...without } = templates;
  assertThrows(() => createTemplatePool(sourceOf(original, 3), without, { detection: true }), TypeError, "detector");
});
