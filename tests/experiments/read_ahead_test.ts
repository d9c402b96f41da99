import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { encodePng } from "../../datasets/decoding/encode_png.ts";
import { createDecodePool } from "../../experiments/decode_pool.ts";
import { depthOf, readAhead } from "../../experiments/read_ahead.ts";
import { execute, section, smallRun } from "./run_helpers.ts";

Deno.test("readAhead() begins the values that follow, each once, and none beyond the end", async () => {
  const begun: number[] = [];
  const values = readAhead((i) => (begun.push(i), Promise.resolve(i * 10)), { end: 6, depth: 2 });
  assertEquals([await values.get(2), begun], [20, [2, 3, 4]]);
  assertEquals([await values.get(3), begun], [30, [2, 3, 4, 5]]);
  assertEquals([await values.get(4), await values.get(5), begun], [40, 50, [2, 3, 4, 5]]);
  await values.close();
});

Deno.test("readAhead() throws a failure where its value is wanted, and waits at the end for what was begun", async () => {
  let ended = 0;
  const values = readAhead(async (i) => {
    await new Promise((resolve) => setTimeout(resolve));
    ended++;
    if (i === 1) throw new SyntaxError("damaged");
    return i;
  }, { end: 9, depth: 3 });
  assertEquals(await values.get(0), 0);
  await assertRejects(() => values.get(1), SyntaxError, "damaged");
  await values.close();
  assertEquals(ended, 5);
});

Deno.test("depthOf() keeps 64 MiB ahead, three values at most and one at least", () => {
  assertEquals([1, 2 ** 24, 2 ** 25, 2 ** 26, 2 ** 30].map(depthOf), [3, 3, 2, 1, 1]);
});

/** A folder of two people with noisy faces of 64 × 64, large enough for threads. */
async function faces(root: string): Promise<void> {
  for (let i = 0; i < 16; i++) {
    const data = Uint8Array.from({ length: 64 * 64 }, (_, p) => (p * 7 + i * p + (i % 2) * 90) % 256);
    await Deno.mkdir(`${root}/faces/${i % 2}`, { recursive: true });
    await Deno.writeFile(`${root}/faces/${i % 2}/${i}.png`, encodePng({ width: 64, height: 64, channels: 1, data }));
  }
}

Deno.test("[wasm] executeRun() leaves the same weights whatever the number of threads that decode", async () => {
  const data = await Deno.makeTempDir();
  await faces(data);
  const train = section("reader", { reader: "image-folder", path: "faces", size: [16, 16], channels: 1 });
  const digests = new Set<string | null | undefined>();
  for (const workers of [0, 1, 2]) {
    const pool = createDecodePool({ workers });
    const run = smallRun({ steps: 5, data: { train }, evaluate: [] });
    const { record, root } = await execute(run, { data, prepare: pool.prepare });
    pool.close();
    assertEquals(record?.status, "completed", `${record?.error}`);
    digests.add(record?.diagnostics.weightsSha256);
    await Deno.remove(root, { recursive: true });
  }
  assertEquals(digests.size, 1);
  await Deno.writeFile(`${data}/faces/0/0.png`, (await Deno.readFile(`${data}/faces/0/0.png`)).slice(0, -30));
  const pool = createDecodePool({ workers: 2 });
  const run = smallRun({ steps: 5, data: { train }, evaluate: [] });
  const { record, root } = await execute(run, { data, prepare: pool.prepare });
  pool.close();
  assertEquals(record?.status, "failed");
  assertStringIncludes(record!.error!, 'Cannot read image "0/0.png" of "faces": Cannot decode PNG');
  await Deno.remove(root, { recursive: true });
  await Deno.remove(data, { recursive: true });
});
