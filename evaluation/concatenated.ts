/**
 * Embeddings with those of the mirrored images behind them.
 *
 * @module
 */
import type { EmbeddingSource } from "../tensor/embedding_source.ts";

/**
 * A source of `[x, x̄]`, twice as long, from one of x and x̄.
 *
 * @throws {TypeError} if the source has no mirrored embeddings.
 */
export function concatenatedSource(source: EmbeddingSource): EmbeddingSource {
  const { dimension: half } = source;
  if (!source.mirrored) {
    throw new TypeError(
      "Cannot append mirrored embeddings: there are none, embed the mirrored images as well or set flip to none",
    );
  }
  return {
    count: source.count,
    dimension: 2 * half,
    mirrored: false,
    async *chunks(indices) {
      for await (const { start, count, original, mirrored } of source.chunks(indices)) {
        const both = new Float32Array(2 * count * half);
        for (let row = 0; row < count; row++) {
          both.set(original.subarray(row * half, (row + 1) * half), 2 * row * half);
          both.set(mirrored!.subarray(row * half, (row + 1) * half), (2 * row + 1) * half);
        }
        yield { start, count, original: both };
      }
    },
  };
}
