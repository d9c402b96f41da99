import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openZip } from "../../datasets/zip.ts";
import { diskFiles } from "../../experiments/disk.ts";
import type { Selection } from "../../experiments/evaluation_input.ts";
import { saveEmbeddings } from "../../experiments/save_embeddings.ts";
import { writeNpz } from "../../experiments/store/npz.ts";
import { attachEmbeddings, openStored, type StoredFile } from "../../experiments/stored_file.ts";
import type { EmbeddingSource } from "../../tensor/embedding_source.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** Images that take part, of a set of names. */
function selection(names: readonly string[], indices = names.map((_, i) => i)): Selection {
  const images = {
    gives: "images",
    length: names.length,
    name: (index: number) => names[index]!,
    provenance: { reader: "made-up" },
  } as unknown as Selection["images"];
  return { images, indices: Int32Array.from(indices), labels: Int32Array.from(indices, (i) => 10 * i) };
}

/** Embedding `i` is `[i, -i]`; of mirrored images `[i + 0.5, i]`. */
function source(count: number, mirrored = true): EmbeddingSource {
  return {
    count,
    dimension: 2,
    mirrored,
    async *chunks(indices) {
      for (const [start, i] of indices.entries()) {
        const original = Float32Array.of(i, -i), other = { mirrored: Float32Array.of(i + 0.5, i) };
        yield await Promise.resolve({ start, count: 1, original, ...mirrored ? other : {} });
      }
    },
  };
}

async function firsts(of: EmbeddingSource, indices: number[]): Promise<number[]> {
  const values: number[] = [];
  for await (const { original, count } of of.chunks(Int32Array.from(indices))) {
    for (let i = 0; i < count; i++) values.push(original[2 * i]!);
  }
  return values;
}

function file(names?: readonly string[], count = names?.length ?? 3): StoredFile {
  return { path: "e.npz", digest: "0", embeddings: { ...source(count), ...names ? { names } : {} } };
}

async function inFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("attachEmbeddings() finds images by name, in any order, those that take part alone", async () => {
  const attached = attachEmbeddings(file(["c", "a", "b"]), selection(["a", "x", "b", "c"], [0, 2, 3]), "e");
  assertEquals([attached.count, attached.dimension], [4, 2]);
  assertEquals(await firsts(attached, [0, 2, 3, 2]), [1, 2, 0, 2]);
});

Deno.test("attachEmbeddings() takes rows in order where there are no names, or the names are in order", async () => {
  for (const names of [undefined, ["a", "a", "b"]]) {
    assertEquals(await firsts(attachEmbeddings(file(names), selection(["a", "a", "b"]), "e"), [2, 0]), [2, 0]);
  }
});

Deno.test("attachEmbeddings() tells the first image without an embedding, a doubtful name, a wrong number", () => {
  const attach = (names: string[] | undefined, own: string[]) => () =>
    attachEmbeddings(file(names), selection(own), "e");
  const start = 'Cannot evaluate "e" by the embeddings of e.npz: ';
  for (
    const [names, own, why] of [
      [["a", "b"], ["b", "c", "d"], 'found none for image "c", wanted names such as "a"'],
      [["a", "b", "a"], ["a", "b"], 'found two for image "a", one is wanted'],
      [undefined, ["a"], "found 3 without names, 1 are wanted, one an image"],
    ] as [string[] | undefined, string[], string][]
  ) assertThrows(attach(names, own), RangeError, start + why);
});

Deno.test("saveEmbeddings() writes what openStored() reads: embeddings, mirrored ones, names, labels", () =>
  inFolder(async (folder) => {
    const chosen = selection(["zero", "Ärger 🙂", "two", ""], [1, 2, 3]);
    for (const mirrored of [true, false]) {
      const path = `${folder}/${mirrored}.npz`;
      await saveEmbeddings(path, chosen, source(3, mirrored));
      const { embeddings, digest } = await openStored(path, diskFiles(folder));
      assertEquals([embeddings.count, embeddings.dimension, embeddings.mirrored], [3, 2, mirrored]);
      assertEquals(embeddings.names, ["Ärger 🙂", "two", ""]);
      assertEquals(Array.from(embeddings.labels as ArrayLike<number>), [10, 20, 30]);
      for await (const chunk of embeddings.chunks(Int32Array.of(2, 0))) {
        assertEquals(chunk.original, Float32Array.of(2, -2, 0, -0));
        assertEquals(chunk.mirrored, mirrored ? Float32Array.of(2.5, 2, 0.5, 0) : undefined);
      }
      assertEquals(digest, await diskFiles(folder).digest(path));
    }
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["false.npz", "true.npz"]);
  }));

Deno.test("openStored() takes the mirrored images' embeddings from a file of their own", () =>
  inFolder(async (folder) => {
    await saveEmbeddings(`${folder}/a.npz`, selection(["a", "b"]), source(2, false));
    await saveEmbeddings(`${folder}/b.npz`, selection(["a", "b"]), source(2));
    const zip = openZip(await Deno.readFile(`${folder}/b.npz`));
    const member = (name: string) => zip.read(zip.entries.find(({ path }) => path === name)!);
    await Deno.writeFile(`${folder}/m.npy`, member("mirrored.npy"));
    const { embeddings, mirrored } = await openStored({ path: "a.npz", mirrored: "m.npy" }, diskFiles(folder));
    for await (const chunk of embeddings.chunks(Int32Array.of(1))) {
      assertEquals([...chunk.original, ...chunk.mirrored!], [1, -1, 1.5, 1]);
    }
    assertEquals(mirrored, { path: "m.npy", digest: await diskFiles(folder).digest("m.npy") });
  }));

Deno.test("writeNpz() writes a zip archive whose checksums hold, and nothing where a chunk is missing", () =>
  inFolder(async (folder) => {
    const path = `${folder}/x.npz`, chunks = [encode("abcd"), encode("efgh")];
    await writeNpz(path, [{ name: "x", type: "<i4", shape: [2], chunks }, {
      name: "y",
      type: "<f8",
      shape: [0],
      chunks: [],
    }]);
    const { entries, read } = openZip(await Deno.readFile(path));
    assertEquals(entries.map(({ path, size, method }) => [path, size, method]), [["x.npy", 136, 0], ["y.npy", 128, 0]]);
    const bytes = read(entries[0]!);
    assertEquals(
      new TextDecoder().decode(bytes.subarray(10, 71)),
      "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }    ",
    );
    assertEquals(bytes.subarray(127), encode("\nabcdefgh"));
    assert(read(entries[1]!).length === 128);
    const short = () => writeNpz(`${folder}/y.npz`, [{ name: "y", type: "<i4", shape: [3], chunks }]);
    await assertRejects(short, RangeError, 'Cannot write "y": its chunks have 8 bytes, wanted 12');
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["x.npz"]);
  }));
