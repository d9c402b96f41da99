/**
 * What can be wrong with an evaluation, found before anything is embedded.
 *
 * @module
 */
import type { DataSet, ImageSet } from "../datasets/mod.ts";
import type { Registries } from "../registry/registries.ts";
import type { EmbeddingSource } from "../tensor/embedding_source.ts";
import { imagesOf } from "./data.ts";
import type { EvaluateSection } from "./resolved.ts";

/** One evaluation of one data set. */
export interface EvaluationTask {
  /** What is measured. */
  readonly section: EvaluateSection;
  /** The data, opened. */
  readonly set: DataSet;
  /** Stored embeddings of its images, in their order; they stand in for those that the set may have itself. */
  readonly stored?: EmbeddingSource;
}

/** What is known of the network that embeds. */
export interface NetworkFacts {
  /** Height, width and channels of the images that it takes. */
  readonly shape: ImageSet["shape"];
  /** What pixels become, where it is known. */
  readonly normalise?: ImageSet["normalise"];
  /** Where this is known from: `data.train`, or a file of weights. */
  readonly known: string;
  /** Number of classes whose weights there are; 0 for none. */
  readonly weightedClasses: number;
}

/**
 * What is wrong with stored embeddings where a network is at hand: they would be measured, and its name be on them.
 *
 * @param what Whose they are, such as `reader "ijb" gives stored embeddings`.
 */
export function networkAndStored(what: string): string {
  return `${what}, and there is a network; leave the embeddings out, or measure them by a list of their own, with ` +
    "`deno task evaluate` and no network";
}

/** Everything that stands in the way of an evaluation, each as a message. */
export function evaluationProblems(
  task: EvaluationTask,
  registries: Registries,
  network: NetworkFacts | undefined,
): string[] {
  const { section: { name, protocol: { protocol: id, ...params } }, set } = task;
  const protocol = registries.protocol.get(String(id)), images = imagesOf(set), { reader } = set.provenance;
  const problems: string[] = [];
  const add = (why: string) => problems.push(`Cannot evaluate "${name}": ${why}`);
  if (set.gives !== protocol.wants) {
    add(`protocol "${protocol.name}" wants ${protocol.wants}, reader "${reader}" gives ${set.gives}`);
  }
  const stored = task.stored ?? images.embeddings;
  if (stored && network) {
    add(
      networkAndStored(
        task.stored ? "stored embeddings are named for it" : `reader "${reader}" gives stored embeddings`,
      ),
    );
  } else if (stored) {
    for (const why of storedProblems(stored, images, protocol.mirrored(params))) add(why);
  } else if (!network) {
    add(`reader "${reader}" gives no stored embeddings, name some or the weights of a network`);
  } else if (images.shape[0] === 0) {
    add(`reader "${reader}" gives names alone, say where the images are or name stored embeddings`);
  } else if (seen(images, network) !== seen(network, network)) {
    add(
      `its images are ${seen(images, network)}, those of ${network.known} ${seen(network, network)}; ` +
        "set size, channels and normalise of its reader to the same",
    );
  }
  if (protocol.classWeights?.(params)) {
    const classes = network?.weightedClasses ?? 0;
    if (classes === 0) {
      add(`protocol "${protocol.name}" measures class weights, and there are none; name the run that trained them`);
    } else if (classes !== images.classes.length) {
      const found = `there are those of ${classes} classes, its data has ${images.classes.length}`;
      add(`protocol "${protocol.name}" measures class weights, and ${found}; give it the data that was trained on`);
    }
  }
  return problems;
}

function storedProblems({ count, dimension, mirrored }: EmbeddingSource, images: ImageSet, flips: boolean): string[] {
  const problems: string[] = [];
  if (dimension === 0) problems.push("its stored embeddings have no dimensions, at least one is wanted");
  if (count !== images.length) {
    problems.push(`there are ${count} stored embeddings, one for each of its ${images.length} images is wanted`);
  }
  if (flips && !mirrored) {
    problems.push(
      "it adds the embeddings of mirrored images, and those that are stored have none; name their file too (--mirrored, " +
        "or mirrored: beside its path), or choose a protocol or parameters without mirrored images",
    );
  }
  return problems;
}

/** How images look to a network, as far as it is known what that network wants. */
function seen(
  { shape, normalise }: Pick<NetworkFacts, "shape" | "normalise">,
  { normalise: known }: NetworkFacts,
): string {
  const size = shape.join(" × ");
  return known && normalise ? `${size} with (byte − ${normalise.mean}) / ${normalise.std}` : size;
}
