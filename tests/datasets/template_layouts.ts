/**
 * Small sets laid out as IJB, MegaFace and YouTube Faces are, with what is known of them: the fixture of
 * `tests/oracle/templates.py` as files in memory.
 *
 * @module
 */
import { zipSync } from "fflate";
import type { Files, ReaderPlugin, TemplateSet } from "../../datasets/mod.ts";
import { memoryFiles, readFixture } from "./helpers.ts";

/** Embeddings, an image a row. */
export type Matrix = readonly (readonly number[])[];

/** The fixture. */
export interface Layouts {
  readonly dimension: number;
  readonly ijb: {
    readonly text: Readonly<Record<string, string>>;
    readonly original: Matrix;
    readonly mirrored: Matrix;
    readonly cases: readonly {
      readonly params: { readonly far: readonly number[]; readonly flip: string; readonly [key: string]: unknown };
      readonly scores: readonly number[];
      readonly tar: readonly number[];
      readonly nearest: readonly number[];
      readonly auc: number;
      readonly identification: Readonly<Record<string, readonly number[]>>;
    }[];
  };
  readonly megaface: {
    readonly text: Readonly<Record<string, string>>;
    readonly probes: { readonly original: Matrix; readonly mirrored: Matrix };
    readonly distractors: { readonly original: Matrix; readonly mirrored: Matrix };
    readonly cases: readonly {
      readonly params: Readonly<Record<string, unknown>>;
      readonly rank1: readonly number[];
      readonly rank5: readonly number[];
      readonly tar: readonly number[];
    }[];
  };
  readonly ytf: {
    readonly splits: string;
    readonly frames: readonly string[];
    readonly original: Matrix;
    readonly distances: readonly number[];
    readonly accuracy: number;
    readonly std: number;
    readonly auc: number;
  };
  readonly roc: readonly {
    readonly label: readonly number[];
    readonly score: readonly number[];
    readonly far: readonly number[];
    readonly tar: readonly number[];
  }[];
}

/** The fixture, read once. */
export const layouts: Layouts = readFixture<Layouts>("templates.json");

/** A `.npy` file of a header and bytes. */
export function npyOf(descr: string, shape: readonly number[], data: Uint8Array): Uint8Array {
  const axes = `${shape.join(", ")}${shape.length === 1 ? "," : ""}`;
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${axes}), }`;
  const padded = `${header.padEnd(64 * Math.ceil((header.length + 11) / 64) - 11)}\n`;
  const bytes = new Uint8Array(10 + padded.length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8]);
  bytes.set(utf8(padded), 10);
  bytes.set(data, 10 + padded.length);
  return bytes;
}

/** A `.npy` file of a float32 matrix. */
export function matrixNpy(matrix: Matrix): Uint8Array {
  return npyOf("<f4", [matrix.length, matrix[0]!.length], new Uint8Array(Float32Array.from(matrix.flat()).buffer));
}

/** A `.npy` file of text. */
export function textNpy(values: readonly string[]): Uint8Array {
  const width = Math.max(...values.map((value) => value.length)), points = new Uint32Array(width * values.length);
  values.forEach((value, i) => points.set(Array.from(value, (c) => c.codePointAt(0)!), i * width));
  return npyOf(`<U${width}`, [values.length], new Uint8Array(points.buffer));
}

/** A feature file of MegaFace. */
export function featureFile(rows: Matrix): Uint8Array {
  const shape = rows.length === 1 ? [rows[0]!.length, 1] : [rows.length, rows[0]!.length];
  const header = new Uint8Array(Int32Array.of(...shape, 4 * shape[1]!, 5).buffer);
  return Uint8Array.of(...header, ...new Uint8Array(Float32Array.from(rows.flat()).buffer));
}

/** UTF-8. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Files in memory of the IJB layout; its embeddings are `e.npy` and `m.npy`. */
export function ijbFiles(changed: Readonly<Record<string, Uint8Array>> = {}): Files {
  const { text, original, mirrored } = layouts.ijb;
  return memoryFiles({
    "meta/ijbc_face_tid_mid.txt": utf8(text["face_tid_mid"]!),
    "meta/ijbc_name_5pts_score.txt": utf8(text["name_5pts_score"]!),
    "meta/ijbc_template_pair_label.txt": utf8(text["template_pair_label"]!),
    "meta/ijbc_1N_gallery_G1.csv": utf8(text["gallery_G1"]!),
    "meta/ijbc_1N_gallery_G2.csv": utf8(text["gallery_G2"]!),
    "meta/ijbc_1N_probe_mixed.csv": utf8(text["probe_mixed"]!),
    "e.npy": matrixNpy(original),
    "m.npy": matrixNpy(mirrored),
    ...changed,
  });
}

/** Parameters of `ijb` for these files. */
export const IJB: Readonly<Record<string, unknown>> = {
  meta: "meta",
  set: "ijbc",
  embeddings: { path: "e.npy", mirrored: "m.npy" },
  searches: {
    galleries: ["meta/ijbc_1N_gallery_G1.csv", "meta/ijbc_1N_gallery_G2.csv"],
    probes: "meta/ijbc_1N_probe_mixed.csv",
  },
};

/** Files in memory of the MegaFace layout: probes as feature files, distractors as arrays. */
export function megafaceFiles(): Files {
  const { text, probes, distractors } = layouts.megaface;
  const files: Record<string, Uint8Array> = {
    "probes.json": utf8(text["probes"]!),
    "distractors.txt": utf8(text["distractors"]!),
    "facescrub_noises.txt": utf8(text["facescrub_noises"]!),
    "megaface_noises.txt": utf8(text["megaface_noises"]!),
    "d.npz": zipSync({
      "embeddings.npy": matrixNpy(distractors.original),
      "mirrored.npy": matrixNpy(distractors.mirrored),
    }),
  };
  (JSON.parse(text["probes"]!) as { path: string[] }).path.forEach((name, i) => {
    files[`facescrub/${name}_net.bin`] = featureFile([probes.original[i]!]);
    files[`facescrub_mirrored/${name}_net.bin`] = featureFile([probes.mirrored[i]!]);
  });
  return memoryFiles(files);
}

/** Parameters of `megaface` for these files. */
export const MEGAFACE: Readonly<Record<string, unknown>> = {
  probes: "probes.json",
  distractors: "distractors.txt",
  embeddings: {
    probes: { path: "facescrub", mirrored: "facescrub_mirrored", suffix: "_net.bin" },
    distractors: { path: "d.npz" },
  },
  noise: { probes: "facescrub_noises.txt", distractors: "megaface_noises.txt" },
};

/** Files in memory of the layout of YouTube Faces. */
export function ytfFiles(): Files {
  const { splits, frames, original } = layouts.ytf;
  // Not in order, as names may be in an archive.
  const names = [...frames].reverse(), rows = [...original].reverse();
  return memoryFiles({
    "splits.txt": utf8(splits),
    "frames.npz": zipSync({ "embeddings.npy": matrixNpy(rows), "names.npy": textNpy(names) }, { level: 0 }),
  });
}

/** Opens templates with parameters as a manifest would give them. */
export async function openTemplates(
  reader: ReaderPlugin,
  params: Readonly<Record<string, unknown>>,
  files: Files,
): Promise<TemplateSet> {
  const open = (): Promise<never> => Promise.reject(new Error("the reader opens no other one"));
  return await reader.open(reader.params.parse(params), { files, open }) as TemplateSet;
}
