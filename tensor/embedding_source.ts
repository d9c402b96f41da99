/**
 * Embeddings that are asked for as they are needed, so that millions of them need not be held.
 *
 * @module
 */

/** Some embeddings, in the order in which they were asked for. */
export interface EmbeddingChunk {
  /** Place of the first among the indices that were asked for. */
  readonly start: number;
  /** How many. */
  readonly count: number;
  /** Of the images as they are, unnormalised, row-major `[count, dimension]`; valid until the next chunk. */
  readonly original: Float32Array;
  /** Of the mirrored images, where the source has them; as `original`. */
  readonly mirrored?: Float32Array;
}

/** Embeddings of a set of images: a stored file, or a network at work. */
export interface EmbeddingSource {
  /** Number of images. */
  readonly count: number;
  /** Length of each embedding. */
  readonly dimension: number;
  /** Whether chunks have embeddings of the mirrored images as well. */
  readonly mirrored: boolean;
  /** Embeddings of images in the order of `indices`, in chunks of a few MiB. May be called again. */
  chunks(indices: Int32Array): AsyncIterable<EmbeddingChunk>;
}

/**
 * Some embeddings of a source, numbered anew.
 *
 * @param indices The source's index of each.
 * @param onChunk Called with the size of each chunk that is taken, before it is given on.
 */
export function selectEmbeddings(
  source: EmbeddingSource,
  indices: Int32Array,
  onChunk: (count: number) => void | Promise<void> = () => {},
): EmbeddingSource {
  return {
    ...source,
    count: indices.length,
    async *chunks(places) {
      for await (const chunk of source.chunks(places.map((place) => indices[place]!))) {
        await onChunk(chunk.count);
        yield chunk;
      }
    },
  };
}
