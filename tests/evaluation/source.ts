/**
 * An embedding source of numbers at hand, for tests.
 *
 * @module
 */
import type { EmbeddingSource } from "../../tensor/embedding_source.ts";

/** A source of row-major embeddings, in chunks of a few; `asked` collects what was asked for. */
export function sourceOf(
  original: ArrayLike<number>,
  dimension: number,
  { mirrored, chunk = 3, asked = [] }: { mirrored?: ArrayLike<number>; chunk?: number; asked?: number[] } = {},
): EmbeddingSource {
  const rows = (values: ArrayLike<number>, places: Int32Array): Float32Array =>
    Float32Array.from(
      { length: places.length * dimension },
      (_, i) => values[places[Math.floor(i / dimension)]! * dimension + i % dimension]!,
    );
  return {
    count: original.length / dimension,
    dimension,
    mirrored: mirrored !== undefined,
    async *chunks(indices) {
      asked.push(...indices);
      for (let start = 0; start < indices.length; start += chunk) {
        const places = indices.subarray(start, start + chunk);
        await Promise.resolve();
        yield {
          start,
          count: places.length,
          original: rows(original, places),
          ...mirrored ? { mirrored: rows(mirrored, places) } : {},
        };
      }
    },
  };
}
