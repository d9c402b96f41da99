/**
 * What a protocol is handed of a data set: the images that take part, each once, and pairs or templates of these.
 *
 * @module
 */
import type { DataSet, ImageSet, TemplateSet } from "../datasets/mod.ts";
import type { Embeddings, Pairs, Templates } from "../evaluation/mod.ts";
import type { EmbeddingSource } from "../tensor/embedding_source.ts";

/** The part of a data set that is evaluated. */
export interface Selection {
  /** The set of the images. */
  readonly images: ImageSet;
  /** The images that take part, ascending; labels, pairs and templates index this list. */
  readonly indices: Int32Array;
  /** Class of each of them. */
  readonly labels: Int32Array;
  readonly pairs?: Pairs;
  readonly templates?: Templates;
}

/** The images that take part, each once, and the pairs or templates renumbered to them. */
export function select(set: DataSet): Selection {
  if (set.gives === "images") {
    const indices = Int32Array.from({ length: set.length }, (_, i) => i);
    return { images: set, indices, labels: set.labels };
  }
  const { images } = set, sides = set.gives === "pairs" ? [set.first, set.second] : [set.entries.image];
  const place = new Int32Array(images.length).fill(-1);
  for (const side of sides) for (const image of side) place[image] = 0;
  let count = 0;
  place.forEach((used, image) => {
    if (used === 0) place[image] = count++;
  });
  const indices = new Int32Array(count);
  place.forEach((at, image) => {
    if (at >= 0) indices[at] = image;
  });
  const renumber = (side: Int32Array) => side.map((image) => place[image]!);
  const labels = indices.map((image) => images.labels[image]!);
  if (set.gives === "templates") {
    return { images, indices, labels, templates: renumberTemplates(set, indices, renumber) };
  }
  const { same, fold, folds } = set;
  return {
    images,
    indices,
    labels,
    pairs: { first: renumber(set.first), second: renumber(set.second), same, fold, folds },
  };
}

function renumberTemplates(
  { entries, count, subjects, detection, noise, pairs, searches }: TemplateSet,
  indices: Int32Array,
  renumber: (side: Int32Array) => Int32Array,
): Templates {
  return {
    entries: { ...entries, image: renumber(entries.image) },
    count,
    subjects,
    ...detection ? { detection: Float32Array.from(indices, (image) => detection[image]!) } : {},
    ...noise ? { noise } : {},
    ...pairs ? { pairs } : {},
    ...searches ? { searches } : {},
  };
}

/** All embeddings of a source, held. */
export async function holdEmbeddings(source: EmbeddingSource, wantMirrored: boolean): Promise<Embeddings> {
  const { count, dimension } = source;
  const original = new Float32Array(count * dimension);
  const mirrored = wantMirrored ? new Float32Array(count * dimension) : undefined;
  for await (const chunk of source.chunks(Int32Array.from({ length: count }, (_, i) => i))) {
    original.set(chunk.original, chunk.start * dimension);
    mirrored?.set(chunk.mirrored!, chunk.start * dimension);
  }
  return { count, dimension, original, ...mirrored ? { mirrored } : {} };
}
