import { assert, assertEquals, assertRejects } from "@std/assert";
import { type HeldEmbeddings, holdAll } from "../../experiments/held_embeddings.ts";
import { rowsInFile } from "../../experiments/rows_in_file.ts";
import type { EmbeddingSource } from "../../tensor/embedding_source.ts";

/** Embedding `i` is `[i, i + 0.5, …]`, its mirror image's the negative; three a chunk. */
function numbers(count: number, dimension: number, { mirrored = true, breakAt = Infinity } = {}): EmbeddingSource {
  const row = (index: number) => Array.from({ length: dimension }, (_, k) => index + k / 2);
  return {
    count,
    dimension,
    mirrored,
    async *chunks(indices) {
      for (let start = 0; start < indices.length; start += 3) {
        if (start >= breakAt) throw new RangeError("Cannot go on");
        const original = Float32Array.from([...indices.subarray(start, start + 3)].flatMap(row));
        const part = { start, count: original.length / dimension, original };
        yield await Promise.resolve(mirrored ? { ...part, mirrored: original.map((value) => -value) } : part);
      }
    },
  };
}

async function hold(source: EmbeddingSource, scratch?: string): Promise<{ held: HeldEmbeddings; done: number[] }> {
  const done: number[] = [], holding = holdAll(source, scratch === undefined ? undefined : rowsInFile(scratch));
  while (true) {
    const step = await holding.next();
    if (step.done) return { held: step.value, done };
    done.push(step.value);
  }
}

async function collect(source: EmbeddingSource, indices: number[]): Promise<[number[], number[]]> {
  const original: number[] = [], mirrored: number[] = [];
  for await (const chunk of source.chunks(Int32Array.from(indices))) {
    original.push(...chunk.original), mirrored.push(...chunk.mirrored ?? []);
  }
  return [original, mirrored];
}

Deno.test("holdAll() gives the same embeddings from memory and from a file, in any order, and leaves no file", async () => {
  const scratch = await Deno.makeTempDir();
  for (const mirrored of [true, false]) {
    const source = numbers(8, 2, { mirrored }), order = [7, 0, 1, 2, 5, 5, 4];
    const memory = await hold(source), file = await hold(source, scratch);
    assertEquals([...Deno.readDirSync(scratch)], []);
    assertEquals(memory.done, [3, 6, 8]);
    assertEquals([memory.held.memory, file.held.memory], [mirrored ? 128 : 64, 0]);
    assertEquals(await collect(memory.held, order), await collect(source, order));
    assertEquals(await collect(file.held, order), await collect(source, order));
    assertEquals(file.held.all(), memory.held.all());
    assertEquals(memory.held.all().original.length, 16);
    assertEquals("mirrored" in file.held.all(), mirrored);
    memory.held.free(), file.held.free();
  }
  await Deno.remove(scratch);
});

Deno.test("holdAll() reads a file for two readers at a time without mixing them up", async () => {
  const scratch = await Deno.makeTempDir(), { held } = await hold(numbers(6, 3), scratch);
  const [one, other] = await Promise.all([collect(held, [0, 1, 2]), collect(held, [5, 3, 4])]);
  assertEquals(one[0], [0, 0.5, 1, 1, 1.5, 2, 2, 2.5, 3]);
  assertEquals(other[0].slice(0, 3), [5, 5.5, 6]);
  held.free();
  await Deno.remove(scratch);
});

Deno.test("holdAll() closes its files where the source breaks, or its user leaves", async () => {
  const scratch = await Deno.makeTempDir();
  await assertRejects(() => hold(numbers(8, 2, { breakAt: 3 }), scratch), RangeError, "Cannot go on");
  const left = holdAll(numbers(8, 2), rowsInFile(scratch));
  assertEquals(await left.next(), { done: false, value: 3 });
  await left.return(undefined as never);
  assert([...Deno.readDirSync(scratch)].length === 0);
  await Deno.remove(scratch);
});
