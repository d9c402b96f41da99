/**
 * The contract of a reader: a labelled image set, a pair set or a template set, with its provenance.
 *
 * @module
 */
import { definePlugin, type ParamsOf, type ParamsSchema, type Plugin } from "../plugin/mod.ts";
import type { EmbeddingSource } from "../tensor/embedding_source.ts";
import type { Files } from "./files.ts";
import type { ImageFile, Preparation, Prepare } from "./preparation.ts";

/** Where a data set comes from, for the record. */
export interface Provenance {
  /** Reader's name. */
  readonly reader: string;
  /** Number of classes. */
  readonly classes: number;
  /** Number of images. */
  readonly images: number;
  /** SHA-256 of what was read, lower-case hexadecimal. */
  readonly digest: string;
  /** Licence of the data, or `null` when the manifest does not say. */
  readonly license: string | null;
  /** How to cite the data, or `null`. */
  readonly citation: string | null;
  /** Decoder and version, such as `@jsquash/png 3.1.1`, or `none`. */
  readonly decoder: string;
  /** Files that were left out, each with the reason; empty unless the manifest allows skipping. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

/** A labelled image set with random access; order belongs to the sampler. */
export interface ImageSet {
  /** Tells image sets from pair and template sets. */
  readonly gives: "images";
  /** Height, width, channels of every image; `[0, 0, 0]` for a set of names whose pixels are not at hand. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Number of images. */
  readonly length: number;
  /** Class names, by class index. */
  readonly classes: readonly string[];
  /** Class index of each image. */
  readonly labels: Int32Array;
  /** A network sees `(byte − mean) / std`. */
  readonly normalise: { readonly mean: number; readonly std: number };
  /** Where image `index` comes from, for messages and contact sheets. */
  name(index: number): string;
  /** Bytes of image `index` in `[h, w, c]` order; the caller may not change them. */
  read(index: number): Promise<Uint8Array>;
  /** The file of image `index` as it is stored, for sets that are made of image files; the caller may not change it. */
  file?(index: number): Promise<ImageFile>;
  /** What `read` makes of a `file`; absent where it does more than a preparation can say. */
  readonly preparation?: Preparation;
  /** Stored embeddings of the images, where there are some: an evaluation measures these, and a network is refused. */
  readonly embeddings?: EmbeddingSource;
  /** Where the images come from. */
  readonly provenance: Provenance;
}

/** Pairs of images of one set, in folds. */
export interface PairSet {
  /** Tells pair sets from others. */
  readonly gives: "pairs";
  /** The images that the pairs index. */
  readonly images: ImageSet;
  /** First image of each pair. */
  readonly first: Int32Array;
  /** Second image of each pair. */
  readonly second: Int32Array;
  /** 1 where both images are of one class, else 0. */
  readonly same: Uint8Array;
  /** Fold of each pair, `0 … folds − 1`. */
  readonly fold: Int32Array;
  /** Number of folds. */
  readonly folds: number;
  /** Where the pairs and their images come from. */
  readonly provenance: Provenance;
}

/** Templates: several images that stand for one subject, such as the frames of a video. */
export interface TemplateSet {
  /** Tells template sets from others. */
  readonly gives: "templates";
  /** The images that the templates are made of. */
  readonly images: ImageSet;
  /** Which image is in which template; an image may be in several. Parallel arrays. */
  readonly entries: {
    /** Image of each entry. */
    readonly image: Int32Array;
    /** Template of each entry, `0 … count − 1`. */
    readonly template: Int32Array;
    /** Medium (photograph or video) of each entry, told apart within its template. */
    readonly medium: Int32Array;
  };
  /** Number of templates. */
  readonly count: number;
  /** Subject of each template; −1 for distractors, whose subject is not known. */
  readonly subjects: Int32Array;
  /** Name of a template, for messages. */
  templateName(index: number): string;
  /** Score of the face detector for each image, where the data has them. */
  readonly detection?: Float32Array;
  /** 1 for templates that a published list of noise names, where one was given. */
  readonly noise?: Uint8Array;
  /** Pairs of templates to verify, where the data has them; without `fold` there is one. */
  readonly pairs?: {
    /** First template of each pair. */
    readonly first: Int32Array;
    /** Second template of each pair. */
    readonly second: Int32Array;
    /** 1 where both are of one subject, else 0. */
    readonly same: Uint8Array;
    /** Fold of each pair, `0 … folds − 1`. */
    readonly fold?: Int32Array;
    /** Number of folds. */
    readonly folds: number;
  };
  /** Searches to make, where the data has them: every probe is looked for in the gallery. */
  readonly searches?: readonly Search[];
  /** Where the templates and their images come from. */
  readonly provenance: Provenance;
}

/** One gallery, and what is looked for in it. */
export interface Search {
  /** Name, such as `G1`. */
  readonly name: string;
  /** Templates of the gallery. */
  readonly gallery: Int32Array;
  /** Templates that are looked for. */
  readonly probes: Int32Array;
}

/** What a reader can give. */
export type DataSet = ImageSet | PairSet | TemplateSet;

/** Which kind of {@link DataSet} a reader gives. */
export type Gives = DataSet["gives"];

/** What a reader is handed. */
export interface ReaderContext {
  /** Read-only access to the data folder. */
  readonly files: Files;
  /** Opens a nested reader section, for readers that draw on another one. */
  open(section: Record<string, unknown>): Promise<DataSet>;
  /** Makes an image of an image file; where absent, {@link prepareImage} in this thread. */
  readonly prepare?: Prepare;
  /** Bytes of prepared images that a set of image files may keep; where absent, 256 MiB. */
  readonly cacheBytes?: number;
}

/** A reader as a plugin value. */
export interface ReaderPlugin extends Plugin {
  /** Tells readers from other plugins. */
  readonly kind: "reader";
  /** What `open` gives. */
  readonly gives: Gives;
  /** Image shape by the parameters alone, or `undefined` where only the data can tell (or a nested reader does). */
  shape(params: Record<string, unknown>): readonly [number, number, number] | undefined;
  /** Number of classes by the parameters alone, or `undefined` where only the data can tell. */
  classes?(params: Record<string, unknown>): number | undefined;
  /** Whether the set will have {@link ImageSet.embeddings} of its own; absent for readers that never give any. */
  storesEmbeddings?(params: Record<string, unknown>): boolean;
  /** Paths in the data folder that `open` will read; a plan hashes them. */
  paths(params: Record<string, unknown>): readonly string[];
  /** Files that `open` also reads where they are there; a plan hashes those that are, and misses none. */
  optionalPaths?(params: Record<string, unknown>): readonly string[];
  /** Opens the set; pixels may be decoded later, on `read`. */
  open(params: Record<string, unknown>, context: ReaderContext): Promise<DataSet>;
}

/** A {@link ReaderPlugin} as written, with typed parameters. */
export interface ReaderDefinition<S extends ParamsSchema> extends Omit<Plugin, "kind" | "params"> {
  /** Strict schema of the parameters. */
  readonly params: S;
  /** As {@link ReaderPlugin.gives}. */
  readonly gives: Gives;
  /** As {@link ReaderPlugin.shape}. */
  shape(params: ParamsOf<S>): readonly [number, number, number] | undefined;
  /** As {@link ReaderPlugin.classes}. */
  classes?(params: ParamsOf<S>): number | undefined;
  /** As {@link ReaderPlugin.storesEmbeddings}. */
  storesEmbeddings?(params: ParamsOf<S>): boolean;
  /** As {@link ReaderPlugin.paths}. */
  paths(params: ParamsOf<S>): readonly string[];
  /** As {@link ReaderPlugin.optionalPaths}. */
  optionalPaths?(params: ParamsOf<S>): readonly string[];
  /** As {@link ReaderPlugin.open}. */
  open(params: ParamsOf<S>, context: ReaderContext): Promise<DataSet>;
}

/** Declares a reader; see {@link ReaderPlugin}. */
export function defineReader<S extends ParamsSchema>(definition: ReaderDefinition<S>): ReaderPlugin {
  return definePlugin({ ...definition, kind: "reader" } as unknown as ReaderPlugin);
}
