import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { zipSync } from "fflate";
import { embeddings } from "../../datasets/catalogue.ts";
import {
  type EmbeddingSource,
  type Files,
  type ImageSet,
  matchEmbeddings,
  MissingDataError,
  openEmbeddings,
} from "../../datasets/mod.ts";
import { memoryFiles } from "./helpers.ts";
import { featureFile, matrixNpy, npyOf, textNpy, utf8 } from "./template_layouts.ts";

const MATRIX = Array.from({ length: 60 }, (_, i) => [i, -i, i / 2]), NAMES = MATRIX.map((_, i) => `n${i}`);
const labels = npyOf("<i8", [60], new Uint8Array(BigInt64Array.from(MATRIX, (_, i) => BigInt(i % 3 + 7)).buffer));

async function read(source: EmbeddingSource, indices: readonly number[]): Promise<number[][]> {
  const rows: number[][] = [];
  for await (const { start, count, original } of source.chunks(Int32Array.from(indices))) {
    for (let row = 0; row < count; row++) {
      rows[start + row] = [...original.subarray(row * source.dimension, (row + 1) * source.dimension)];
    }
  }
  return rows;
}

async function open(params: Record<string, unknown>, files: Files): Promise<ImageSet> {
  const none = () => Promise.reject(new Error("embeddings opens no other reader"));
  return await embeddings.open(embeddings.params.parse(params), { files, open: none }) as ImageSet;
}

Deno.test("openEmbeddings() gives the same rows of every format, in any order, with gaps and repeats", async () => {
  const half = new Uint16Array([0x3c00, 0xc000, 0x3800, 0, 0x4400, 0x3555]);
  const files = memoryFiles({
    "a.npy": matrixNpy(MATRIX),
    "d.npy": npyOf("<f8", [60, 3], new Uint8Array(Float64Array.from(MATRIX.flat()).buffer)),
    "h.npy": npyOf("<f2", [2, 3], new Uint8Array(half.buffer)),
    "stored.npz": zipSync({ "embeddings.npy": matrixNpy(MATRIX), "names.npy": textNpy(NAMES) }, { level: 0 }),
    "packed.npz": zipSync({ "embeddings.npy": matrixNpy(MATRIX), "labels.npy": labels }, { level: 6 }),
    "m.bin": featureFile(MATRIX),
    ...Object.fromEntries(MATRIX.map((row, i) => [`f/${String(i).padStart(2, "0")}_x.bin`, featureFile([row])])),
  });
  const indices = [3, 3, 0, 59, 40, 41, 43, 20, 58], wanted = indices.map((index) => MATRIX[index]!);
  for (const path of ["a.npy", "d.npy", "stored.npz", "packed.npz", "m.bin"]) {
    const source = await openEmbeddings(path, files);
    assertEquals([source.count, source.dimension, source.mirrored], [60, 3, false]);
    assertEquals(await read(source, indices), wanted, path);
  }
  const folder = await openEmbeddings("f", files, { suffix: "_x.bin" });
  assertEquals(await read(folder, indices), wanted);
  assertEquals(folder.names!.slice(0, 2), ["00", "01"]);
  assertEquals(await read(await openEmbeddings("h.npy", files), [1, 0]), [[0, 4, 0.333251953125], [1, -2, 0.5]]);
  assertEquals((await openEmbeddings("stored.npz", files)).names, NAMES);
});

Deno.test("openEmbeddings() reads no more of a stored archive than is asked for", async () => {
  const big = Array.from({ length: 20_000 }, (_, i) => [i, 1]);
  const files = memoryFiles({ "a.npz": zipSync({ "embeddings.npy": matrixNpy(big) }, { level: 0 }) });
  let bytes = 0;
  const counted: Files = { ...files, read: (path, range) => (bytes += range!.length, files.read(path, range)) };
  const source = await openEmbeddings("a.npz", counted), opened = bytes;
  assertEquals(await read(source, [19_999]), [[19_999, 1]]);
  assertEquals(bytes - opened, 8);
});

Deno.test("matchEmbeddings() goes by name where there are names, else by order", async () => {
  const files = memoryFiles({
    "a.npy": matrixNpy(MATRIX),
    "n.npz": zipSync({ "embeddings.npy": matrixNpy(MATRIX), "names.npy": textNpy(NAMES) }),
  });
  const images = { length: 2, name: (index: number) => ["n9", "n4"][index]! };
  const named = await openEmbeddings("n.npz", files), plain = await openEmbeddings("a.npy", files);
  assertEquals(await read(matchEmbeddings(named, images, { source: "n.npz" }), [0, 1, 0]), [
    MATRIX[9]!,
    MATRIX[4]!,
    MATRIX[9]!,
  ]);
  await assertRejects(
    async () => await read(matchEmbeddings(plain, images, { source: "a.npy" }), [0]),
    RangeError,
    "2 are wanted",
  );
  const strange = { length: 1, name: () => "x" };
  await assertRejects(
    async () => await read(matchEmbeddings(named, strange, { source: "n.npz" }), [0]),
    RangeError,
    'image "x"',
  );
});

Deno.test("embeddings gives images without pixels, by the labels and names that are there", async () => {
  const files = memoryFiles({
    "a.npy": matrixNpy(MATRIX),
    "m.npy": matrixNpy(MATRIX.map((row) => row.map((value) => -value))),
    "l.txt": utf8(MATRIX.map((_, i) => `c${i % 2}`).join("\r\n")),
    "p.npz": zipSync({ "embeddings.npy": matrixNpy(MATRIX), "labels.npy": labels, "mirrored.npy": matrixNpy(MATRIX) }),
  });
  const bare = await open({ path: "a.npy" }, files);
  assertEquals([bare.classes.length, bare.name(3), bare.shape], [60, "3", [0, 0, 0]]);
  await assertRejects(() => bare.read(0), TypeError, "names alone");
  const labelled = await open({ path: "a.npy", mirrored: "m.npy", labels: "l.txt" }, files);
  assertEquals([labelled.classes, [...labelled.labels.subarray(0, 3)]], [["c0", "c1"], [0, 1, 0]]);
  assertEquals(labelled.embeddings!.mirrored, true);
  const archive = await open({ path: "p.npz" }, files);
  assertEquals([archive.classes, archive.embeddings!.mirrored], [["7", "8", "9"], true]);
});

Deno.test("embeddings says what is wrong with a file", async () => {
  const npy = matrixNpy(MATRIX), bin = featureFile(MATRIX), zip = zipSync({ "embeddings.npy": npy }, { level: 0 });
  const fails = async (
    path: string,
    bytes: Uint8Array,
    kind: typeof SyntaxError | typeof RangeError,
    message: string,
  ) => {
    await assertRejects(() => open({ path }, memoryFiles({ [path]: bytes })), kind, message);
  };
  await fails("a.npy", npy.subarray(0, npy.length - 1), SyntaxError, "719 bytes from byte 128 on, 720 are wanted");
  await fails("a.npy", labels, SyntaxError, "floats of shape (images, dimension)");
  await fails("a.bin", bin.subarray(0, 20), SyntaxError, "it has 20 bytes for 60 × 3 numbers");
  await fails("a.bin", utf8("0123456789abcdef"), SyntaxError, "at byte 0");
  await fails("a.npz", zip.subarray(0, zip.length - 30), SyntaxError, "it has no end record");
  await fails(
    "a.npz",
    zipSync({ "x.npy": npy }),
    RangeError,
    'Cannot find member "embeddings" of "a.npz": it has "x"',
  );
  const files = memoryFiles({ "a.npy": npy, "l.txt": utf8("a\nb\n") });
  await assertRejects(
    () => open({ path: "a.npy", labels: "l.txt" }, files),
    RangeError,
    "found 2 values, 60 are wanted",
  );
  await assertRejects(() => open({ path: "b.npy" }, files), MissingDataError, 'Cannot open embeddings "b.npy"');
});

Deno.test("matchEmbeddings() refuses a name that two embeddings have, where its image takes part", async () => {
  const rows = MATRIX.slice(0, 3), names = ["a", "b", "a"];
  const files = memoryFiles({ "n.npz": zipSync({ "embeddings.npy": matrixNpy(rows), "names.npy": textNpy(names) }) });
  const stored = await openEmbeddings("n.npz", files),
    of = (own: string[]) => ({
      length: own.length,
      name: (index: number) => own[index]!,
    });
  const match = (own: string[], indices?: Int32Array) =>
    matchEmbeddings(stored, of(own), { source: "n.npz", ...indices ? { indices } : {} });
  assertThrows(
    () => match(["a", "b"]),
    RangeError,
    'the embeddings of "n.npz": found two for image "a", one is wanted',
  );
  assertEquals(await read(match(["a", "b"], Int32Array.of(1)), [1]), [rows[1]!]);
  assertEquals(await read(match(names), [2, 0]), [rows[2]!, rows[0]!]);
});

Deno.test("openEmbeddings() takes mirrored embeddings of an archive, by the member that is named", async () => {
  const [one, two, three] = [0, 100, 200].map((add) => MATRIX.map((row) => row.map((value) => value + add)));
  const files = memoryFiles({
    "a.npy": matrixNpy(one!),
    "a.npz": zipSync({ "embeddings.npy": matrixNpy(one!), "x.npy": matrixNpy(two!) }),
    "m.npz": zipSync({ "embeddings.npy": matrixNpy(two!), "x.npy": matrixNpy(three!) }),
    "m.npy": matrixNpy(three!),
  });
  const mirroredOf = async (path: string, fields: Parameters<typeof openEmbeddings>[2]) => {
    for await (const { original, mirrored } of (await openEmbeddings(path, files, fields)).chunks(Int32Array.of(2))) {
      return mirrored ? mirrored[0]! - original[0]! : undefined;
    }
  };
  assertEquals(await mirroredOf("a.npz", {}), undefined);
  assertEquals(await mirroredOf("a.npz", { members: { mirrored: "x" } }), 100);
  for (const path of ["a.npy", "a.npz"]) {
    assertEquals(await mirroredOf(path, { mirrored: "m.npz" }), 100);
    assertEquals(await mirroredOf(path, { mirrored: "m.npz", members: { mirrored: "x" } }), 200);
    assertEquals(await mirroredOf(path, { mirrored: "m.npy" }), 200);
    const refused = () => mirroredOf(path, { mirrored: "m.npy", members: { mirrored: "x" } });
    await assertRejects(refused, RangeError, 'Cannot take member "x" of "m.npy": it is no .npz archive');
  }
  for (const members of [{ embeddings: "x" }, { names: "x" }, { labels: "x" }, { mirrored: "x" }]) {
    await assertRejects(() => openEmbeddings("a.npy", files, { members }), RangeError, 'member "x" of "a.npy"');
  }
});
