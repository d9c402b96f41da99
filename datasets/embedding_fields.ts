/**
 * Parameters that name stored embeddings.
 *
 * @module
 */
import { z } from "zod";

const member = (what: string) => z.string().min(1).optional().describe(what);

const MEMBERS = {
  embeddings: member("Array of the embeddings; absent: embeddings"),
  mirrored: member("Array of those of the mirrored images; absent: mirrored, where there is one"),
  names: member("Array of image names; absent: names, where there is one"),
} as const;

const MEMBERS_SAY = "Names of the arrays within an .npz archive";

/** Parameters that name stored embeddings of images that a list names. */
export const EMBEDDING_FIELDS = {
  path: z.string().min(1).describe(
    "Embeddings, an image a row: .npy, .npz, a feature file (.bin), or a folder of feature files of one image each",
  ),
  mirrored: z.string().min(1).nullable().default(null).describe(
    "Embeddings of the mirrored images, in the same order: as path; null where there are none, or in a member of .npz",
  ),
  members: z.strictObject(MEMBERS).prefault({}).describe(MEMBERS_SAY),
  suffix: z.string().min(1).default(".bin").describe(
    "What the names of feature files have after the image's name, such as _r100.bin",
  ),
} as const;

/** {@link EMBEDDING_FIELDS} where the labels, too, may be in the archive. */
export const LABELLED_EMBEDDING_FIELDS = {
  ...EMBEDDING_FIELDS,
  members: z.strictObject({
    ...MEMBERS,
    labels: member("Array of class numbers or names; absent: labels, where there is one"),
  }).prefault({}).describe(MEMBERS_SAY),
} as const;

/** Where embeddings are stored; see {@link EMBEDDING_FIELDS}. */
export interface EmbeddingFields {
  /** File or folder of the embeddings. */
  readonly path: string;
  /** File or folder of those of the mirrored images. */
  readonly mirrored?: string | null;
  /** Names of arrays in an archive. */
  readonly members?: { readonly [K in "embeddings" | "mirrored" | "labels" | "names"]?: string | undefined };
  /** Ending of feature files; by default `.bin`. */
  readonly suffix?: string;
  /** Rows to open of a folder of feature files, by name and in this order; by default all, sorted. */
  readonly rows?: { readonly count: number; name(row: number): string };
}
