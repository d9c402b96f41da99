/**
 * Keeps what a network gave of a data set, so that it can be evaluated again without the network.
 *
 * @module
 */
import { type NpzArray, writeNpz } from "./store/npz.ts";
import type { EmbeddingSource } from "../tensor/embedding_source.ts";
import type { Selection } from "./evaluation_input.ts";

/** Names of a part of the images, in characters: 4 MiB. */
const PART = 2 ** 20;

/**
 * Writes the embeddings of the images that take part in an evaluation as `.npz`: arrays `embeddings`, `mirrored` where
 * there are some, `names` and `labels`.
 */
export async function saveEmbeddings(
  path: string,
  { images, indices, labels }: Selection,
  source: EmbeddingSource,
): Promise<void> {
  const { count, dimension, mirrored } = source, shape = [count, dimension];
  const name = (place: number) => images.name(indices[place]!);
  let width = 1;
  for (let i = 0; i < count; i++) width = Math.max(width, [...name(i)].length);
  const arrays: NpzArray[] = [
    { name: "embeddings", type: "<f4", shape, chunks: rows(source, "original") },
    ...mirrored ? [{ name: "mirrored", type: "<f4", shape, chunks: rows(source, "mirrored") }] : [],
    { name: "names", type: `<U${width}`, shape: [count], chunks: texts(count, width, name) },
    { name: "labels", type: "<i4", shape: [count], chunks: [bytesOf(labels)] },
  ];
  await writeNpz(path, arrays);
}

async function* rows(source: EmbeddingSource, kind: "original" | "mirrored"): AsyncGenerator<Uint8Array> {
  const { count, dimension } = source;
  for await (const chunk of source.chunks(Int32Array.from({ length: count }, (_, i) => i))) {
    yield bytesOf(chunk[kind]!.subarray(0, chunk.count * dimension));
  }
}

/** Texts as numpy keeps them: so many code points each, zeros after the last. */
function* texts(count: number, width: number, text: (index: number) => string): Generator<Uint8Array> {
  const perPart = Math.max(1, Math.floor(PART / width));
  for (let start = 0; start < count; start += perPart) {
    const points = new Uint32Array(Math.min(perPart, count - start) * width);
    for (let i = 0; i < points.length / width; i++) {
      let at = i * width;
      for (const character of text(start + i)) points[at++] = character.codePointAt(0)!;
    }
    yield bytesOf(points);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
