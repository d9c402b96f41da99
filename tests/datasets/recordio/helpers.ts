/**
 * What the tests of RecordIO share: the fixture, and data sets made for a test.
 *
 * @module
 */
import { encodeImageHeader, encodeRecord, formatIndexLine, type ImageSet } from "../../../datasets/mod.ts";
import { recordio } from "../../../datasets/catalogue.ts";
import type { Files } from "../../../datasets/files.ts";
import { fromBase64, greyPng, memoryFiles, readFixture } from "../helpers.ts";

/** What a public file holds. */
export interface DescribedRecord {
  readonly offset: number;
  readonly flag: number;
  readonly labels: number[];
  readonly id: number;
  readonly length: number;
  readonly sha256: string;
  readonly pixels: string;
}

/** `tests/fixtures/recordio.json`; see the script for what is what. */
export const FIXTURE: {
  readonly written: { payload: string; record: string }[];
  readonly insightface: {
    rec: string;
    idx: string;
    property: string;
    labels: number[];
    contents: string[];
    pixels: string[];
  };
  readonly train: DescribedRecord[];
  readonly sample: DescribedRecord[];
} = readFixture("recordio.json");

/** The folder of the small data set in insightface's layout, whose path is `set`. */
export function insightfaceTree(): Record<string, Uint8Array> {
  const { rec, idx, property } = FIXTURE.insightface, encoder = new TextEncoder();
  return {
    "set/train.rec": fromBase64(rec),
    "set/train.idx": encoder.encode(idx),
    "set/property": encoder.encode(property),
  };
}

/** A record to make: its key, label or labels, and content; without one a grey PNG whose bytes are the key. */
export type Row = readonly [key: number, label: number | readonly number[], content?: Uint8Array];

/** A `.rec` file and its index. */
export function recordFile(rows: readonly Row[]): { rec: Uint8Array; idx: Uint8Array } {
  const parts: number[] = [];
  let idx = "";
  for (const [key, label, content = greyPng(key)] of rows) {
    idx += formatIndexLine(key, parts.length);
    parts.push(...encodeRecord(Uint8Array.of(...encodeImageHeader(label, key), ...content)));
  }
  return { rec: Uint8Array.from(parts), idx: new TextEncoder().encode(idx) };
}

/** Opens records with parameters as a manifest would give them. */
export async function openRecordio(files: Files, params: Record<string, unknown>): Promise<ImageSet> {
  const open = (): Promise<never> => Promise.reject(new Error("recordio opens no other reader"));
  return await recordio.open(recordio.params.parse(params), { files, open }) as ImageSet;
}

/** Opens rows without an index, as a grey set. */
export async function openRows(rows: readonly Row[], params: Record<string, unknown> = {}): Promise<ImageSet> {
  return await openRecordio(memoryFiles({ "a.rec": recordFile(rows).rec }), { path: "a.rec", channels: 1, ...params });
}
