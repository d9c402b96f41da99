/**
 * Opens the readers that a resolved run names.
 *
 * @module
 */
import type { Files, ImageSet, PairSet } from "../datasets/mod.ts";
import type { Registries } from "../registry/builtins.ts";
import type { RecordedData } from "./record.ts";
import type { Section } from "./resolved.ts";

/** Opens a resolved reader section and the readers nested in it. */
export async function openReader(
  section: Section,
  registries: Registries,
  files: Files,
): Promise<ImageSet | PairSet> {
  const { reader, ...params } = section;
  return await registries.reader.get(String(reader)).open(params, {
    files,
    open: (nested) => openReader(nested, registries, files),
  });
}

/**
 * Opens a resolved reader section that must give labelled images.
 *
 * @throws {TypeError} if it gives pairs.
 */
export async function openImages(section: Section, registries: Registries, files: Files): Promise<ImageSet> {
  const set = await openReader(section, registries, files);
  if (set.gives !== "images") {
    throw new TypeError(`Cannot train on reader "${section.reader}": it gives ${set.gives}, training wants images`);
  }
  return set;
}

/**
 * Checks that images for evaluation look to the network like those that it is trained on.
 *
 * @param name Name of the evaluation.
 * @throws {TypeError} if the shape or the normalisation differs.
 */
export function checkAlike(training: ImageSet, evaluation: ImageSet, name: string): void {
  const describe = ({ shape, normalise: { mean, std } }: ImageSet) =>
    `${shape.join(" × ")} with (byte − ${mean}) / ${std}`;
  if (describe(training) === describe(evaluation)) return;
  throw new TypeError(
    `Cannot evaluate "${name}": its images are ${describe(evaluation)}, those of data.train ${describe(training)}; ` +
      "set size, channels and normalise of both readers to the same",
  );
}

/** What the record keeps of a data set that a run opened. */
export function recordData(role: string, set: ImageSet | PairSet): RecordedData {
  return { role, ...set.provenance, ...set.gives === "pairs" ? { pairs: set.same.length } : {} };
}
