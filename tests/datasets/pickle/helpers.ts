/**
 * What the tests of pickles share.
 *
 * @module
 */
import { insightfaceBin } from "../../../datasets/catalogue.ts";
import type { Files } from "../../../datasets/files.ts";
import { encodeVerificationBin, type PairSet } from "../../../datasets/mod.ts";
import { fromBase64, memoryFiles, readFixture } from "../helpers.ts";

/** `tests/fixtures/pickles.json`; see the script for what is what. */
export const PICKLES: {
  readonly images: string[];
  readonly same: number[];
  readonly pixels: string[];
  readonly bins: { kind: string; protocol: number; file: string }[];
  readonly python2: Record<string, string>;
  readonly hostile: Record<string, string>;
  readonly plain: string[];
  readonly folds: { pairs: number; folds: number; sizes: number[] }[];
} = readFixture("pickles.json");

/** Opens a `.bin` with parameters as a manifest would give them. */
export async function openBin(files: Files, params: Record<string, unknown> = {}): Promise<PairSet> {
  const open = (): Promise<never> => Promise.reject(new Error("insightface-bin opens no other reader"));
  const checked = insightfaceBin.params.parse({ path: "a.bin", folds: 3, ...params });
  return await insightfaceBin.open(checked, { files, open }) as PairSet;
}

/** A `.bin` of the fixture, as files. */
export function binFiles(file: string): Files {
  return memoryFiles({ "a.bin": fromBase64(file) });
}

/** A `.bin` of our own writing. */
export async function writeBin(images: readonly Uint8Array[], same: readonly boolean[]): Promise<Uint8Array> {
  const parts = await Array.fromAsync(encodeVerificationBin(images, same));
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
}
