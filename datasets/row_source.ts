/**
 * Stored rows as a source of embeddings: chunks of a few MiB, read in runs of neighbours.
 *
 * @module
 */
import type { EmbeddingSource } from "../tensor/embedding_source.ts";
import type { Rows } from "./feature_file.ts";

/** Numbers a chunk: 4 MiB of float32. */
const CHUNK_VALUES = 2 ** 20;
/** Rows between two wanted ones that are read along rather than skipped. */
const GAP = 16;

/**
 * Makes a source of rows.
 *
 * @param mirrored Rows of the mirrored images, in the same order.
 * @throws {RangeError} if the two disagree in shape.
 */
export function rowSource(original: Rows, mirrored?: Rows): EmbeddingSource {
  const { count, dimension } = original;
  if (mirrored && (mirrored.count !== count || mirrored.dimension !== dimension)) {
    throw new RangeError(
      `Cannot join embeddings and those of mirrored images: found ${count} × ${dimension} and ` +
        `${mirrored.count} × ${mirrored.dimension} numbers, equal shapes are wanted`,
    );
  }
  const size = Math.max(1, Math.floor(CHUNK_VALUES / dimension));
  return {
    count,
    dimension,
    mirrored: mirrored !== undefined,
    async *chunks(indices) {
      for (let start = 0; start < indices.length; start += size) {
        const part = indices.subarray(start, start + size);
        yield {
          start,
          count: part.length,
          original: await gather(original, part),
          ...mirrored ? { mirrored: await gather(mirrored, part) } : {},
        };
      }
    },
  };
}

/** The wanted rows, in the order in which they are wanted. */
async function gather(rows: Rows, indices: Int32Array): Promise<Float32Array> {
  const { dimension, count } = rows, out = new Float32Array(indices.length * dimension);
  for (let from = 0; from < indices.length;) {
    const first = indices[from]!;
    let to = from + 1;
    while (to < indices.length && indices[to]! > indices[to - 1]! && indices[to]! - indices[to - 1]! <= GAP) to++;
    const last = indices[to - 1]!;
    if (first < 0 || last >= count) {
      throw new RangeError(`Cannot read embeddings ${first} to ${last}: there are embeddings 0 to ${count - 1}`);
    }
    const values = await rows.rows(first, last - first + 1);
    if (to - from === last - first + 1) out.set(values, from * dimension);
    else {
      for (let i = from; i < to; i++) {
        const at = (indices[i]! - first) * dimension;
        for (let k = 0; k < dimension; k++) out[i * dimension + k] = values[at + k]!;
      }
    }
    from = to;
  }
  return out;
}

/** A source whose image `i` is image `rows[i]` of another. */
export function reorderedSource(source: EmbeddingSource, rows: Int32Array): EmbeddingSource {
  return {
    ...source,
    count: rows.length,
    chunks: (indices) => source.chunks(indices.map((index) => rows[index]!)),
  };
}

/** One source after another: images `0 … first.count − 1` are those of the first. */
export function joinedSource(first: EmbeddingSource, second: EmbeddingSource): EmbeddingSource {
  if (first.dimension !== second.dimension || first.mirrored !== second.mirrored) {
    const what = ({ dimension, mirrored }: EmbeddingSource) => `${dimension} numbers${mirrored ? " and mirrored" : ""}`;
    throw new RangeError(
      `Cannot join embeddings of ${what(first)} with embeddings of ${what(second)}: equal ones are wanted`,
    );
  }
  return {
    ...first,
    count: first.count + second.count,
    async *chunks(indices) {
      for (let from = 0, to = 0; from < indices.length; from = to) {
        const isSecond = indices[from]! >= first.count, offset = isSecond ? first.count : 0;
        while (to < indices.length && indices[to]! >= first.count === isSecond) to++;
        const part = indices.subarray(from, to).map((index) => index - offset);
        for await (const chunk of (isSecond ? second : first).chunks(part)) {
          yield { ...chunk, start: chunk.start + from };
        }
      }
    },
  };
}
