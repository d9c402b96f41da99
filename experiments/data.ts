/**
 * Opens the readers that a resolved run names.
 *
 * @module
 */
import type { DataSet, ImageSet, ReaderContext } from "../datasets/mod.ts";
import type { Registries } from "../registry/builtins.ts";
import type { RecordedData } from "./record.ts";
import type { Section } from "./resolved.ts";

/** What the edge hands to readers: access to files, where images are prepared, and how many bytes of them are kept. */
export type DataAccess = Pick<ReaderContext, "files" | "prepare" | "cacheBytes">;

/** Opens a resolved reader section and the readers nested in it. */
export async function openReader(section: Section, registries: Registries, access: DataAccess): Promise<DataSet> {
  const { reader, ...params } = section;
  return await registries.reader.get(String(reader)).open(params, {
    ...access,
    open: (nested) => openReader(nested, registries, access),
  });
}

/**
 * Opens a resolved reader section that must give labelled images.
 *
 * @throws {TypeError} if it gives something else.
 */
export async function openImages(section: Section, registries: Registries, access: DataAccess): Promise<ImageSet> {
  const set = await openReader(section, registries, access);
  if (set.gives !== "images") {
    throw new TypeError(`Cannot train on reader "${section.reader}": it gives ${set.gives}, training wants images`);
  }
  return set;
}

/** What the record keeps of a data set that a run opened. */
export function recordData(role: string, set: DataSet): RecordedData {
  return {
    role,
    ...set.provenance,
    ...set.gives === "pairs" ? { pairs: set.same.length } : {},
    ...set.gives === "templates" ? { templates: set.count } : {},
  };
}

/** The images of a set, whatever it gives. */
export function imagesOf(set: DataSet): ImageSet {
  return set.gives === "images" ? set : set.images;
}
